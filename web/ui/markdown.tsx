/**
 * Markdown as elements, never as HTML text: what a description holds is shown, not run. Raw HTML stays text, images become
 * their alternative text (nothing is fetched from another host), and links lead to http and https alone.
 */

import { Fragment, type ReactNode } from "react";
import { lexer, type Token, type Tokens } from "marked";
import { OutsideLink } from "./link.tsx";

interface MarkdownProps {
  readonly text: string;
  /** The level of the text's first headings, so that they stand below the heading of their section. */
  readonly headingLevel?: 2 | 3 | 4;
}

export function Markdown({ text, headingLevel = 3 }: MarkdownProps) {
  return <div className="prose">{blocks(lexer(text.slice(0, lengthMax)), headingLevel)}</div>;
}

/** The first words of Markdown, as plain text. */
export function plainText(markdown: string): string {
  return lexer(markdown.slice(0, lengthMax)).map(textOf).join(" ").replace(/\s+/g, " ").trim();
}

// Descriptions come from other people's lists.
const lengthMax = 50_000;

function blocks(tokens: readonly Token[], level: number): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{block(token, level)}</Fragment>);
}

function block(token: Token, level: number): ReactNode {
  switch (token.type) {
    case "paragraph":
      return <p>{inline(token.tokens)}</p>;
    case "heading": {
      const Heading = headings[Math.min(level + (token as Tokens.Heading).depth - 1, 6) - 2] ?? "h6";
      return <Heading>{inline(token.tokens)}</Heading>;
    }
    case "list": {
      const { ordered, items } = token as Tokens.List;
      const List = ordered ? "ol" : "ul";
      return <List>{items.map((item, index) => <li key={index}>{blocks(item.tokens, level)}</li>)}</List>;
    }
    case "blockquote":
      return <blockquote>{blocks(token.tokens ?? [], level)}</blockquote>;
    case "code":
      return <pre tabIndex={0}><code>{token.text}</code></pre>;
    case "hr":
      return <hr />;
    case "table":
      return table(token as Tokens.Table);
    case "space":
    case "def":
      return null;
    case "text":
      return inline(token.tokens ?? [token]);
    default:
      return <p>{token.raw}</p>;
  }
}

const headings = ["h2", "h3", "h4", "h5", "h6"] as const;

function table({ header, rows }: Tokens.Table): ReactNode {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Table">
      <table className="data-table">
        <thead><tr>{header.map((cell, index) => <th key={index} scope="col">{inline(cell.tokens)}</th>)}</tr></thead>
        <tbody>{rows.map((row, at) => <tr key={at}>{row.map((cell, index) => <td key={index}>{inline(cell.tokens)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function inline(tokens: readonly Token[] | undefined): ReactNode {
  return (tokens ?? []).map((token, index) => <Fragment key={index}>{span(token)}</Fragment>);
}

function span(token: Token): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <OutsideLink href={token.href}>{inline(token.tokens)}</OutsideLink>;
    case "image":
    case "escape":
      return token.text;
    case "text":
      return token.tokens === undefined ? entities(token.text) : inline(token.tokens);
    default:
      return token.raw;
  }
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** Markdown lets people write `&amp;`; React would show it as it stands. */
function entities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (whole, name: string) => named[name] ?? whole);
}

function textOf(token: Token): string {
  if ("tokens" in token && token.tokens !== undefined) return token.tokens.map(textOf).join("");
  if (token.type === "list") return (token as Tokens.List).items.map(textOf).join(" ");
  return token.type === "space" || token.type === "hr" ? " " : entities("text" in token ? String(token.text) : token.raw);
}
