/** The page of a model: everything that is known of it, once. */

import type { ReactNode } from "react";
import { Island } from "../../islands/island.tsx";
import { RoutePreview } from "../../islands/route-preview.tsx";
import type { Page } from "../../shell/page.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Markdown, plainText } from "../../ui/markdown.tsx";
import type { ModelPageData } from "./data.ts";
import { Head } from "./head.tsx";
import { ParameterTable } from "./parameter-table.tsx";
import { Providers } from "./providers.tsx";
import { Related } from "./related.tsx";
import { SampleSection, ThirdParty } from "./sample-section.tsx";
import { structured } from "./structured.ts";
import { Activity, Apps, Uptime } from "./traffic.tsx";

export function modelPage(data: ModelPageData): Page {
  const summary = plainText(data.description);
  return {
    title: `${data.name.slice(0, titleNameMax)} – API, Providers, Stats`,
    description: summary.length > summaryLength ? `${summary.slice(0, summaryLength).replace(/\s+\S*$/, "")}…` : summary,
    path: `/${data.slug}`,
    jsonLd: structured(data),
    body: <Model data={data} />,
  };
}

const summaryLength = 155;
/** The title is to have 60 characters at most, and the site's name comes after it. */
const titleNameMax = 34;

function Model({ data }: { readonly data: ModelPageData }) {
  const { name, preview } = data;
  return (
    <div className="wide page model">
      <Head data={data} />
      <SectionLinks data={data} />
      <Section id="description" title="Description"><Markdown text={data.description} headingLevel={3} /></Section>
      <Section id="providers" title={`Providers for ${name}`} lede="Windrose sends a request to the best of the endpoints that can take its prompt and parameters, and to the next one when that fails.">
        <Providers data={data} />
      </Section>
      <Section id="would-route-to" title="Would route to" lede={<>What the router would do now with a request for <code>{data.askedSlug}</code>: the code and the health that live requests meet, and no provider is called.</>}>
        <Island name="route-preview" component={RoutePreview} props={{ slug: data.askedSlug, name, wish: preview.wish, answer: preview.answer, parameters: preview.parameters }} />
      </Section>
      <Section id="apps" title={`Apps using ${name}`} lede="Top public apps this week.">
        <Apps data={data} />
      </Section>
      <Section id="activity" title={`Recent activity on ${name}`}><Activity data={data} /></Section>
      <Section id="uptime" title={`Uptime stats for ${name}`}><Uptime data={data} /></Section>
      <Section id="sample-code" title={`Sample code and API for ${name}`}><SampleSection data={data} /></Section>
      <Section id="parameters" title="Parameters" lede={data.samples.kind === "chat" ? "What a request may set for this model, as its providers say. What an endpoint does not take is left out for it, or the endpoint is, with require_parameters." : undefined}>
        {data.parameters.length === 0 ? <EmptyState reason="No provider has said which parameters this model takes." /> : <ParameterTable data={data} />}
      </Section>
      <Section id="third-party" title="Using third-party SDKs"><ThirdParty data={data} /></Section>
      <Related data={data} />
    </div>
  );
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly lede?: ReactNode;
  readonly children: ReactNode;
}

function Section({ id, title, lede, children }: SectionProps) {
  return (
    <section className="section" id={id} aria-labelledby={`${id}-title`}>
      <div className="section-head"><h2 id={`${id}-title`}>{title}</h2></div>
      {lede !== undefined && <p className="section-lede">{lede}</p>}
      {children}
    </section>
  );
}

function SectionLinks({ data: { endpoints } }: { readonly data: ModelPageData }) {
  const links = [
    ["providers", `Providers ${endpoints.length}`], ["would-route-to", "Routing"], ["apps", "Apps"], ["activity", "Activity"], ["uptime", "Uptime"],
    ["sample-code", "API"], ["parameters", "Parameters"], ["similar", "Similar"],
  ] as const;
  return (
    <nav className="section-links" aria-label="Sections">
      <ul>{links.map(([id, text]) => <li key={id}><a href={`#${id}`}>{text}</a></li>)}</ul>
    </nav>
  );
}
