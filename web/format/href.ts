/** A link from a page to a path of the site: `root` is the way from the page to the root of the site ("./", "../"). */
export function hrefFrom(root: string, path: string): string {
  return `${root}${path.replace(/^\/+/, "")}`;
}
