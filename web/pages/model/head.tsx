/** Who it is by, what it is called, and the figures that are asked for first. */

import { compact, context, exact } from "../../format/number.ts";
import { date, isoDate } from "../../format/time.ts";
import { Banner } from "../../ui/banner.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Link, OutsideLink } from "../../ui/link.tsx";
import { Price } from "../../ui/model-list.tsx";
import { Stats } from "../../ui/stats.tsx";
import type { ModelPageData } from "./data.ts";

export function Head({ data }: { readonly data: ModelPageData }) {
  const { name, authorName, authorPath, askedSlug, aliases, facts, slug, places, ending, samples } = data;
  return (
    <header className="model-head">
      <p className="model-author"><Link to={authorPath}>{authorName}</Link></p>
      <h1>{name}</h1>
      <div className="model-names">
        <p className="slug"><code id="model-slug">{askedSlug}</code><CopyButton from="model-slug" what="slug" isSmall /></p>
        {aliases.length > 0 && <p className="small muted">also {aliases.map((alias) => <code key={alias}>{alias} </code>)}</p>}
      </div>
      <div className="model-tools">
        <Variants data={data} />
        <p className="buttons">
          {places.has("/chat") && <Link className="button button-small" to={`/chat?models=${slug}`}>Chat</Link>}
          {places.has("/compare") && <Link className="button button-small" to={`/compare?models=${slug}`}>Compare</Link>}
          {samples.kind !== undefined && <CopyButton from="sample-code-curl" what="curl" />}
        </p>
      </div>
      <VariantEffect data={data} />
      {ending !== undefined && (
        <Banner tone={ending.isPast ? "needle" : "brass"}>
          {ending.isPast ? "Its author said that this model would end on " : "Its author says that this model ends on "}
          <time dateTime={ending.day}>{date(Date.parse(ending.day))}</time>. <a href="#similar">Similar models</a> are named below.
        </Banner>
      )}
      <Figures data={data} />
      {facts.length > 0 && (
        <dl className="model-facts">
          {facts.map((fact) => <div key={fact.name}><dt>{fact.name}</dt><dd>{fact.href === undefined ? fact.value : <OutsideLink href={fact.href}>{fact.value}</OutsideLink>}</dd></div>)}
        </dl>
      )}
    </header>
  );
}

/** Each a link, the current one marked; without any, there is nothing to switch. */
function Variants({ data: { variants } }: { readonly data: ModelPageData }) {
  if (variants.length < 2) return null;
  return (
    <nav className="segmented" aria-label="Variants">
      {variants.map(({ name, slug, isCurrent, meaning }) => <Link key={name} to={`/${slug}`} aria-current={isCurrent ? "page" : undefined} title={meaning}>{name}</Link>)}
    </nav>
  );
}

function VariantEffect({ data: { variants } }: { readonly data: ModelPageData }) {
  const current = variants.find(({ isCurrent }) => isCurrent);
  return current?.effect === undefined ? null : <p className="small"><code>:{current.name}</code> {current.meaning}. {current.effect}</p>;
}

function Figures({ data: { inputs, outputs, prices, context: tokens, outputMax, week, createdAt } }: { readonly data: ModelPageData }) {
  return (
    <Stats
      label="Facts"
      stats={[
        { label: "Modalities", value: <span className="modalities">{inputs.join(", ")} → {outputs.join(", ")}</span> },
        { label: "Input price", value: <Price dollars={prices.prompt} of="input tokens" />, ...(prices.prompt === undefined ? { note: "no provider has told its price" } : {}) },
        { label: "Output price", value: <Price dollars={prices.completion} of="output tokens" />, ...(prices.completion === undefined ? { note: "no provider has told its price" } : {}) },
        { label: "Context", value: context(tokens), note: tokens === undefined ? "not stated" : `${exact(tokens)} tokens` },
        { label: "Max output", value: context(outputMax), note: outputMax === undefined ? "not stated" : `${exact(outputMax)} tokens` },
        { label: "Weekly tokens", value: compact(week.tokens), note: week.note },
        { label: "Released", value: <time dateTime={isoDate(createdAt)}>{date(createdAt)}</time> },
      ]}
    />
  );
}
