/** The way from this page to the root of the site, as the server wrote it. */
export function siteRoot(): string {
  return document.documentElement.dataset["root"] ?? "./";
}
