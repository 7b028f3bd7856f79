import { CopyButton } from "./copy-button.tsx";

interface CodeBlockProps {
  readonly code: string;
  /** Unique on the page. */
  readonly id: string;
  /** What is copied: "code", "request". */
  readonly what?: string;
  /** "curl", "TypeScript": shown above the code. */
  readonly language?: string;
}

export function CodeBlock({ code, id, what = "code", language }: CodeBlockProps) {
  return (
    <div className="code-block">
      <div className="code-head">
        {language !== undefined && <span>{language}</span>}
        <CopyButton from={id} what={what} />
      </div>
      {/* Scrolls by itself, and so must be reachable by keyboard. No landmark: a page may have twenty of one name. */}
      <pre tabIndex={0} role="group" aria-label={language === undefined ? what : `${language} ${what}`}><code id={id}>{code}</code></pre>
    </div>
  );
}
