/**
 * Markdown as elements, never as HTML text: what a description holds is shown, not run. Raw HTML stays text, images become
 * their alternative text (nothing is fetched from another host), and links lead to http and https alone.
 */

import { Fragment, type ReactNode } from "react";
import { lexer, type Token, type Tokens } from "marked";
import { CodeBlock } from "./code-block.tsx";
import { Link, OutsideLink } from "./link.tsx";

interface MarkdownProps {
  readonly text: string;
  /** The level of the text's first headings ("#"), so that they stand below the heading of their section; 1 where that one is shown by itself. */
  readonly headingLevel?: 1 | 2 | 3 | 4;
  /** For a document of our own, whose headings have anchors and whose code can be copied. */
  readonly manual?: ManualLinks;
}

export interface ManualLinks {
  /** The path on this site that a link of the document leads to; undefined for what is not on the site. */
  readonly to: (href: string) => string | undefined;
}

export function Markdown({ text, headingLevel = 3, manual }: MarkdownProps) {
  const place = { level: headingLevel, manual };
  return <div className="prose">{blocks(lexer(manual === undefined ? text.slice(0, lengthMax) : text), place)}</div>;
}

export interface Heading {
  readonly id: string;
  readonly text: string;
}

/** The headings of this depth ("##" is 2), with the anchors that a document's own links use. */
export function headingsOf(markdown: string, depth: number): readonly Heading[] {
  return lexer(markdown).flatMap((token) => (token.type === "heading" && (token as Tokens.Heading).depth === depth ? [{ id: anchorOf(token), text: textOf(token) }] : []));
}

/** As GitHub makes it, so that a link works there and here. */
function anchorOf(heading: Token): string {
  return textOf(heading).trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
}

/** The first words of Markdown, as plain text. */
export function plainText(markdown: string): string {
  return lexer(markdown.slice(0, lengthMax)).map(textOf).join(" ").replace(/\s+/g, " ").trim();
}

// Descriptions come from other people's lists.
const lengthMax = 50_000;

interface Place {
  /** Of the text's first headings. */
  readonly level: number;
  readonly manual: ManualLinks | undefined;
}

function blocks(tokens: readonly Token[], place: Place): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{block(token, place, index)}</Fragment>);
}

function block(token: Token, place: Place, at: number): ReactNode {
  const { level, manual } = place;
  switch (token.type) {
    case "paragraph":
      return <p>{inline(token.tokens, manual)}</p>;
    case "heading": {
      const Heading = headings[Math.min(level + (token as Tokens.Heading).depth - 1, 6) - 2] ?? "h6";
      return manual === undefined ? <Heading>{inline(token.tokens, manual)}</Heading> : <AnchoredHeading Heading={Heading} id={anchorOf(token)}>{inline(token.tokens, manual)}</AnchoredHeading>;
    }
    case "list": {
      const { ordered, items } = token as Tokens.List;
      const List = ordered ? "ol" : "ul";
      return <List>{items.map((item, index) => <li key={index}>{blocks(item.tokens, place)}</li>)}</List>;
    }
    case "blockquote":
      return <blockquote>{blocks(token.tokens ?? [], place)}</blockquote>;
    case "code":
      return code(token as Tokens.Code, manual, at);
    case "hr":
      return <hr />;
    case "table":
      return table(token as Tokens.Table, manual);
    case "space":
    case "def":
      return null;
    case "text":
      return inline(token.tokens ?? [token], manual);
    default:
      return <p>{token.raw}</p>;
  }
}

function code({ text, lang = "" }: Tokens.Code, manual: ManualLinks | undefined, at: number): ReactNode {
  if (manual === undefined || lang === "") return <pre tabIndex={0}><code>{text}</code></pre>;
  return <CodeBlock id={`code-${at}`} language={languages[lang] ?? lang} code={text} />;
}

const languages: Readonly<Record<string, string>> = { sh: "Shell", ts: "TypeScript", python: "Python", json: "JSON", yaml: "YAML", toml: "TOML", diff: "Change" };

interface AnchoredHeadingProps {
  readonly Heading: (typeof headings)[number];
  readonly id: string;
  readonly children: ReactNode;
}

function AnchoredHeading({ Heading, id, children }: AnchoredHeadingProps) {
  return <Heading id={id}>{children} <a className="anchor" href={`#${id}`}><span aria-hidden="true">#</span><span className="visually-hidden">Link to this section</span></a></Heading>;
}

const headings = ["h2", "h3", "h4", "h5", "h6"] as const;

function table({ header, rows }: Tokens.Table, manual: ManualLinks | undefined): ReactNode {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table">
      <table className="data-table">
        <thead><tr>{header.map((cell, index) => <HeaderCell key={index}>{inline(cell.tokens, manual)}</HeaderCell>)}</tr></thead>
        <tbody>{rows.map((row, at) => <tr key={at}>{row.map((cell, index) => <td key={index}>{inline(cell.tokens, manual)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

/** A column without a name has no header: an empty one would be read out. */
function HeaderCell({ children }: { readonly children: readonly ReactNode[] }) {
  return children.length === 0 ? <td /> : <th scope="col">{children}</th>;
}

function inline(tokens: readonly Token[] | undefined, manual: ManualLinks | undefined): readonly ReactNode[] {
  return (tokens ?? []).map((token, index) => <Fragment key={index}>{span(token, manual)}</Fragment>);
}

function span(token: Token, manual: ManualLinks | undefined): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens, manual)}</strong>;
    case "em":
      return <em>{inline(token.tokens, manual)}</em>;
    case "del":
      return <del>{inline(token.tokens, manual)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return manual === undefined ? <OutsideLink href={token.href}>{inline(token.tokens, manual)}</OutsideLink> : manualLink(token as Tokens.Link, manual);
    case "image":
    case "escape":
      return token.text;
    case "text":
      return token.tokens === undefined ? entities(token.text) : inline(token.tokens, manual);
    default:
      return token.raw;
  }
}

/** What is not on the site (a source file, a decision) is named all the same. */
function manualLink({ href, tokens }: Tokens.Link, manual: ManualLinks): ReactNode {
  const words = inline(tokens, manual);
  const to = manual.to(href);
  if (to !== undefined) return to.startsWith("#") ? <a href={to}>{words}</a> : <Link to={to}>{words}</Link>;
  return /^https?:/.test(href) ? <OutsideLink href={href}>{words}</OutsideLink> : <span className="off-site">{words}</span>;
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
