import { CopyButton } from "../../ui/copy-button.tsx";
import { Link } from "../../ui/link.tsx";

/** A document for those who read it elsewhere, or give it to a model. */
export function AsMarkdown({ path, text }: { readonly path: string; readonly text: string }) {
  return <p className="toolbar as-of"><CopyButton text={text} what="page as Markdown" /><Link to={`${path}.md`}>Markdown</Link></p>;
}
