import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { headingsOf, Markdown } from "./markdown.tsx";

const to = (href: string) => (href.startsWith("#") ? href : href === "other.md#part" ? "/docs/other#part" : undefined);
const html = (text: string) => renderToStaticMarkup(<Markdown text={text} headingLevel={1} manual={{ to }} />);

describe("a document of our own", () => {
  test.each([
    { heading: "7. The prompt's size (`prompt-size.ts`)", id: "7-the-prompts-size-prompt-sizets" },
    { heading: "Sticky routing (`sticky.ts`, `src/relay/conversation.ts`)", id: "sticky-routing-stickyts-srcrelayconversationts" },
    { heading: "Tool calls: `provider.validate_tools`", id: "tool-calls-providervalidate_tools" },
  ])("has anchors as GitHub makes them: $id", ({ heading, id }) => {
    expect(html(`## ${heading}`)).toContain(`<h2 id="${id}">`);
    expect(headingsOf(`# Title\n\n## ${heading}\n\n### Below`, 2).map((one) => one.id)).toEqual([id]);
  });

  test("links to what the site has, names what it has not, and sends nobody along to other hosts", () => {
    expect(html("[there](other.md#part)")).toContain('href="./docs/other#part"');
    expect(html("[here](#part)")).toContain('href="#part"');
    expect(html("[source](../src/main.ts)")).toContain('<span class="off-site">source</span>');
    expect(html("[abroad](https://example.org)")).toContain('rel="noopener noreferrer nofollow"');
    expect(html("[bad](javascript:alert(1))")).not.toContain("href");
  });

  test("has code that can be copied when it says what language it is in", () => {
    expect(html("```ts\nlet a;\n```")).toContain("Copy code");
    expect(html("```\na picture\n```")).not.toContain("Copy code");
  });

  test("is shown to its end, however long", () => expect(html(`${"word ".repeat(20_000)}\n\nthe end`)).toContain("the end"));
});
