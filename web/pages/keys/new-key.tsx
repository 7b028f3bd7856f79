import { Island } from "../../islands/island.tsx";
import { KeyTester } from "../../islands/key-tester.tsx";
import { Banner } from "../../ui/banner.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";

export interface MadeKey {
  readonly name: string;
  readonly isSandbox: boolean;
  readonly secret: string;
}

interface NewKeyProps {
  readonly made: MadeKey;
  readonly baseUrl: string;
  readonly model: string;
}

/** The one time that a key is shown. The secret stands in the page once: the samples name a variable, the test reads the element. */
export function NewKey({ made: { name, isSandbox, secret }, baseUrl, model }: NewKeyProps) {
  return (
    <section className="panel new-key" aria-labelledby="new-key-title">
      <h2 id="new-key-title">“{name}” is ready</h2>
      <Banner tone="brass"><strong>Copy it now.</strong> It is shown this once: a reload does not bring it back, and only its hash is kept.</Banner>
      <div className="copy-line"><code id="new-key">{secret}</code><CopyButton from="new-key" what="API key" isSmall /></div>
      <Island name="key-tester" component={KeyTester} props={{ keyElement: "new-key", model, isSandbox }} />
      <CodeBlock id="new-key-curl" language="curl" what="request" code={curl(baseUrl, model)} />
    </section>
  );
}

function curl(baseUrl: string, model: string): string {
  return [
    "export WINDROSE_API_KEY=…   # the key above",
    `curl ${baseUrl}/chat/completions \\`,
    '  -H "Authorization: Bearer $WINDROSE_API_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'`,
  ].join("\n");
}
