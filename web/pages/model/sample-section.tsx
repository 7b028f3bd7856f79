/** The sample programs, and what else speaks to the same address. */

import { CodeBlock } from "../../ui/code-block.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import type { ModelPageData } from "./data.ts";
import { samplesFor, type SampleMode } from "./samples.ts";

interface Props {
  readonly data: ModelPageData;
}

const modeNames: Readonly<Record<SampleMode, string>> = { plain: "Plain", stream: "Stream", tools: "Tools", json: "JSON", image: "Image" };

export function SampleSection({ data: { askedSlug, places, samples: { baseUrl, kind, mode, modes, takesSchema, givesImages, isAttributed }, outputs } }: Props) {
  if (kind === undefined) return <EmptyState reason={`This gateway has no route yet for models that give ${outputs.join(" and ")}.`} action={<Link to="/models">Find a model that it can call</Link>} />;
  const address = (to: SampleMode, isApp: boolean) => `/${askedSlug}${query(to, isApp)}#sample-code`;
  return (
    <>
      <p className="section-lede">
        Make {places.has("/settings/keys") ? <Link to="/settings/keys">an API key</Link> : <>an API key</>} and put it into the environment as <code>WINDROSE_API_KEY</code>. Any client of OpenAI's or Anthropic's API works: only the base URL changes.
      </p>
      <div className="sample-choices">
        {modes.length > 1 && (
          <nav className="segmented" aria-label="What the sample shows">
            {modes.map((one) => <Link key={one} to={address(one, isAttributed)} rel="nofollow" aria-current={one === mode ? "true" : undefined}>{modeNames[one]}</Link>)}
          </nav>
        )}
        <nav className="segmented" aria-label="Headers that name your app">
          <Link to={address(mode, false)} rel="nofollow" aria-current={isAttributed ? undefined : "true"}>No app headers</Link>
          <Link to={address(mode, true)} rel="nofollow" aria-current={isAttributed ? "true" : undefined}>With app headers</Link>
        </nav>
      </div>
      <Tabs
        label="Code sample language" group="sample"
        tabs={samplesFor({ baseUrl, slug: askedSlug, kind, mode, takesSchema, givesImages, isAttributed }).map(({ id, label, code, install }) => ({
          id, label,
          content: (
            <>
              {install !== undefined && <p className="sample-install"><code>{install}</code></p>}
              <CodeBlock id={`sample-code-${id}`} code={code} language={label} />
            </>
          ),
        }))}
      />
      <p className="small muted">The app headers are optional: with them, your app can be named in the rankings of this gateway.</p>
    </>
  );
}

function query(mode: SampleMode, isAttributed: boolean): string {
  const params = new URLSearchParams({ ...(mode === "plain" ? {} : { sample: mode }), ...(isAttributed ? { app: "1" } : {}) });
  return params.size === 0 ? "" : `?${params.toString()}`;
}

interface Client {
  readonly name: string;
  readonly setting: string;
  /** Is the base URL without the version, which the client adds? */
  readonly isBare?: boolean;
}

const clients: readonly Client[] = [
  { name: "Vercel AI SDK", setting: "createOpenAICompatible({ name, baseURL, apiKey })" },
  { name: "LangChain", setting: "ChatOpenAI(base_url=…, api_key=…, model=…)" },
  { name: "LlamaIndex", setting: "OpenAILike(api_base=…, api_key=…, model=…, is_chat_model=True)" },
  { name: "LiteLLM", setting: "completion(model=\"openai/…\", api_base=…, api_key=…)" },
  { name: "PydanticAI", setting: "OpenAIProvider(base_url=…, api_key=…)" },
  { name: "Anything that reads the environment", setting: "OPENAI_BASE_URL, OPENAI_API_KEY" },
  { name: "Tools for Anthropic's API", setting: "ANTHROPIC_BASE_URL, ANTHROPIC_AUTH_TOKEN", isBare: true },
];

export function ThirdParty({ data: { samples: { baseUrl }, askedSlug, places } }: Props) {
  const bare = baseUrl.replace(/\/v1$/, "");
  return (
    <>
      <p className="section-lede">Frameworks that can be given a base URL need three settings: that URL, a key, and <code>{askedSlug}</code> as the model.</p>
      <DataTable
        caption="Settings of third-party SDKs" isCaptionHidden rows={clients} keyOf={({ name }) => name}
        columns={[
          { name: "Client", cell: ({ name }) => name },
          { name: "Setting", wraps: true, cell: ({ setting }) => <code>{setting}</code> },
          { name: "Base URL", cell: ({ isBare }) => <code>{isBare === true ? bare : baseUrl}</code> },
        ]}
      />
      {places.has("/docs") && <p className="small"><Link to="/docs">More in the documentation</Link></p>}
    </>
  );
}
