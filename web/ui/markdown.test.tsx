import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Markdown, plainText } from "./markdown.tsx";

function html(text: string): string {
  return renderToStaticMarkup(<Markdown text={text} />).replace(/^<div class="prose">|<\/div>$/g, "");
}

describe("Markdown", () => {
  test.each([
    ["a **b** *c* `d`", "<p>a <strong>b</strong> <em>c</em> <code>d</code></p>"],
    ["# Title", "<h3>Title</h3>"],
    ["- a\n- b", "<ul><li>a</li><li>b</li></ul>"],
    ["1. a", "<ol><li>a</li></ol>"],
    ["> said", "<blockquote><p>said</p></blockquote>"],
    ["[site](https://example.org)", '<p><a href="https://example.org" rel="noopener noreferrer nofollow">site</a></p>'],
    ["AT&amp;T &lt;3", "<p>AT&amp;T &lt;3</p>"],
  ])("%j is drawn", (text, drawn) => expect(html(text)).toBe(drawn));

  test.each([
    "<script>alert(1)</script>",
    "a <img src=x onerror=alert(1)> b",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](https://tracker.example/pixel.png)",
    '[x](https://a.example "onmouseover=alert(1)")',
    "<https://a.example/\"onclick=alert(1)>",
    "```html\n<script>alert(1)</script>\n```",
    "| <b>a</b> |\n|---|\n| <svg/onload=alert(1)> |",
  ])("%j runs nothing and fetches nothing", (text) => {
    const drawn = html(text);
    expect(drawn).not.toMatch(/<(?:script|img|svg|b|iframe)\b/i);
    expect(drawn).not.toMatch(/href="(?!https?:)/i);
    expect(drawn).not.toMatch(/<[^>]* on\w+=/i);
  });

  test("as plain text is its words", () => expect(plainText("# A\n\nb **c** [d](https://e.example)\n\n- f")).toBe("A b c d f"));
});
