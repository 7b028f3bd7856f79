import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Island } from "../islands/island.tsx";
import { CodeBlock } from "./code-block.tsx";
import { DataTable } from "./data-table.tsx";
import { Link, OutsideLink, RootContext } from "./link.tsx";
import { Stats } from "./stats.tsx";
import { Tabs } from "./tabs.tsx";

describe("links", () => {
  test.each([["./", "/", "./"], ["../", "/models?q=a", "../models?q=a"], ["../../", "/qwen/qwen3-coder:free", "../../qwen/qwen3-coder:free"]])("from %s to %s", (root, to, href) => {
    expect(renderToStaticMarkup(<RootContext value={root}><Link to={to}>x</Link></RootContext>)).toBe(`<a href="${href}">x</a>`);
  });
  test("to other hosts tell them nothing, and run nothing", () => {
    expect(renderToStaticMarkup(<OutsideLink href="https://a.example">x</OutsideLink>)).toContain('rel="noopener noreferrer nofollow"');
    expect(renderToStaticMarkup(<OutsideLink href="javascript:alert(1)">x</OutsideLink>)).not.toContain("href");
  });
});

test("tabs have all their panels in the page, the first one selected", () => {
  const html = renderToStaticMarkup(<Tabs label="Language" group="g" tabs={[{ id: "a", label: "A", content: "one" }, { id: "b", label: "B", content: "two" }]} />);
  expect(html).toContain('role="tablist" aria-label="Language"');
  expect(html).toContain("one");
  expect(html).toContain("two");
  expect(html.match(/aria-selected="true"/g)).toHaveLength(1);
});

test("a table has a caption, scopes, a name for each row, and says how it is sorted", () => {
  const html = renderToStaticMarkup(<DataTable caption="Providers for X" columns={[{ name: "Provider", cell: (row: string) => row }, { name: "Price", cell: () => "1", isNumeric: true, sorted: "ascending", sortHref: "./x" }]} rows={["Gale"]} keyOf={(row) => row} />);
  expect(html).toContain("<caption>Providers for X</caption>");
  expect(html).toContain('<th scope="row">Gale</th><td class="numeric">1</td>');
  expect(html).toContain('aria-sort="ascending"><a href="./x">Price</a>');
});

test("code is copied from where it stands, and shown once", () => {
  const html = renderToStaticMarkup(<CodeBlock id="c" code={'curl "<x>"'} language="curl" />);
  expect(html).toContain('<code id="c">curl &quot;&lt;x&gt;&quot;</code>');
  expect(html).toContain('data-copy-from="c"');
});

test("a figure is read with its note", () => {
  expect(renderToStaticMarkup(<Stats stats={[{ label: "Context", value: "262K", note: "262,144 tokens" }]} />)).toContain('<dd>262K<span class="visually-hidden"> (262,144 tokens)</span></dd>');
});

test("an island's props cannot end their element", () => {
  const html = renderToStaticMarkup(<Island name="model-explorer" component={({ text }: { readonly text: string }) => <p>{text}</p>} props={{ text: "</script><script>alert(1)</script>" }} />);
  expect(html.match(/<\/script>/g)).toHaveLength(1);
  expect(html).toContain("<p>&lt;/script&gt;");
});
