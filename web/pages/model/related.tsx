/** Where else to look. */

import { context, exact } from "../../format/number.ts";
import { missing, price } from "../../format/price.ts";
import { date, isoDate } from "../../format/time.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import type { ModelPageData, RelatedModel } from "./data.ts";

export function Related({ data: { authorName, authorPath, siblings, similar } }: { readonly data: ModelPageData }) {
  return (
    <div className="related">
      <section className="section" id="more" aria-labelledby="more-title">
        <div className="section-head"><h2 id="more-title">More from {authorName}</h2><Link to={authorPath}>All</Link></div>
        {siblings.length === 0 ? <EmptyState reason={`There is no other model of ${authorName} here.`} /> : <List caption={`More from ${authorName}`} models={siblings} />}
      </section>
      <section className="section" id="similar" aria-labelledby="similar-title">
        <div className="section-head"><h2 id="similar-title">Similar models</h2></div>
        {similar.length === 0 ? <EmptyState reason="No other model does the same at a price within a factor of two." action={<Link to="/models">All models</Link>} /> : <List caption="Similar models" models={similar} isExplained />}
      </section>
    </div>
  );
}

function List({ caption, models, isExplained = false }: { readonly caption: string; readonly models: readonly RelatedModel[]; readonly isExplained?: boolean }) {
  const columns: readonly Column<RelatedModel>[] = [
    { name: "Model", cell: ({ slug, name }) => <Link to={`/${slug}`}>{name}</Link> },
    { name: "In / out, $ per 1M", isNumeric: true, cell: ({ prompt, completion }) => `${amount(prompt)} / ${amount(completion)}` },
    { name: "Context", isNumeric: true, cell: ({ context: tokens }) => (tokens === 0 ? missing : <span title={`${exact(tokens)} tokens`}>{context(tokens)}</span>) },
    isExplained
      ? { name: "Why", wraps: true, cell: ({ reason }) => reason ?? missing }
      : { name: "Released", cell: ({ createdAt }) => <time dateTime={isoDate(createdAt)}>{date(createdAt)}</time> },
  ];
  return <DataTable caption={caption} isCaptionHidden columns={columns} rows={models} keyOf={({ slug }) => slug} />;
}

function amount(dollars: string | undefined): string {
  return dollars === undefined ? missing : price(dollars);
}
