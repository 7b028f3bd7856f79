/** The API reference: made from the OpenAPI document that this very installation serves. */

import { Island } from "../../islands/island.tsx";
import { TryIt, type TryItProps } from "../../islands/try-it.tsx";
import type { Page } from "../../shell/page.ts";
import { Chip } from "../../ui/chip.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Link } from "../../ui/link.tsx";
import { DocsLayout, type DocsChapter } from "./layout.tsx";

export interface Field {
  /** With the way to it: "messages[].role". */
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

export interface Operation {
  /** The anchor: "post-chat-completions". */
  readonly id: string;
  readonly method: string;
  /** Below /api/v1. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly access: "public" | "key" | "management key";
  readonly parameters: readonly Field[];
  readonly body: readonly Field[];
  readonly answer: readonly Field[];
  readonly answerTypes: readonly string[];
  readonly sample: string;
  readonly tryIt: TryItProps;
}

export interface ApiGroup {
  /** "/docs/api/api-keys" */
  readonly path: string;
  readonly name: string;
  readonly operations: readonly Operation[];
}

interface ApiData {
  readonly chapters: readonly DocsChapter[];
  readonly baseUrl: string;
}

export function apiIndexPage({ chapters, baseUrl, groups }: ApiData & { readonly groups: readonly ApiGroup[] }): Page {
  return {
    title: "API reference", description: "Every operation of this gateway, from its own OpenAPI document, with a way to try each.", path: "/docs/api",
    body: (
      <DocsLayout chapters={chapters} current="/docs/api" headings={groups.map(({ path, name }) => ({ id: idOf(path), text: name }))}>
        <div className="page-head">
          <h1>API reference</h1>
          <p className="lede">Made from the document that this gateway serves: <Link to="/openapi.json">openapi.json</Link>, <Link to="/openapi.yaml">openapi.yaml</Link>.</p>
        </div>
        <div className="prose">
          <p>The base URL is <code>{baseUrl}</code>. Send your key as <code>Authorization: Bearer sk-wr-…</code>, or as <code>x-api-key</code>. Answers to what goes wrong have <Link to="/docs/errors">one form</Link>.</p>
        </div>
        {groups.map(({ path, name, operations }) => (
          <section key={path} className="section" aria-labelledby={idOf(path)}>
            <h2 id={idOf(path)}><Link to={path}>{name}</Link></h2>
            <ul className="operation-list">{operations.map((operation) => (
              <li key={operation.id}><Link to={`${path}#${operation.id}`}><Method name={operation.method} /><code>{operation.path}</code></Link><span>{operation.summary}</span></li>
            ))}</ul>
          </section>
        ))}
      </DocsLayout>
    ),
  };
}

export function apiGroupPage({ chapters, baseUrl, group }: ApiData & { readonly group: ApiGroup }): Page {
  return {
    title: `${group.name} – API reference`, description: `${group.operations.map(({ method, path }) => `${method} ${path}`).join(", ").slice(0, 150)}: fields, answers, and a way to try each.`, path: group.path,
    body: (
      <DocsLayout chapters={chapters} current="/docs/api" headings={group.operations.map(({ id, method, path }) => ({ id, text: `${method} ${path}` }))}>
        <div className="page-head">
          <p className="small"><Link to="/docs/api">API reference</Link></p>
          <h1>{group.name}</h1>
        </div>
        {group.operations.map((operation) => <OperationSection key={operation.id} operation={operation} baseUrl={baseUrl} />)}
      </DocsLayout>
    ),
  };
}

function OperationSection({ operation, baseUrl }: { readonly operation: Operation; readonly baseUrl: string }) {
  const { id, method, path, summary, description, access, parameters, body, answer, answerTypes, sample, tryIt } = operation;
  const name = `${method} ${path}`;
  return (
    <section className="section operation" aria-labelledby={id}>
      <h2 id={id}><Method name={method} /><code>{path}</code> <a className="anchor" href={`#${id}`}><span aria-hidden="true">#</span><span className="visually-hidden">Link to this operation</span></a></h2>
      <p><strong>{summary}.</strong> <Words text={description} /> {access === "management key" ? <Chip tone="brass">needs a management key</Chip> : <Chip>{access === "key" ? "needs a key" : "no key needed"}</Chip>}</p>
      <CodeBlock id={`${id}-sample`} language="curl" what="request" code={sample.replaceAll("{base}", baseUrl)} />
      {parameters.length > 0 && <Fields caption={`Parameters of ${name}`} fields={parameters} />}
      {body.length > 0 && <Fields caption={`Body of ${name}`} fields={body} />}
      {answer.length > 0 && <details className="answer-fold"><summary>Answer: {answerTypes.join(" or ")}</summary><Fields caption={`Answer of ${name}`} fields={answer} /></details>}
      <details className="answer-fold needs-js"><summary>Try it on this host</summary><Island name="try-it" component={TryIt} props={tryIt} id={`try-${id}`} /></details>
    </section>
  );
}

const columns: readonly Column<Field>[] = [
  { name: "Field", cell: ({ name, isRequired }) => <><code>{name}</code>{isRequired && <span className="required"> required</span>}</> },
  { name: "Type", wraps: true, cell: ({ type }) => type },
  { name: "Meaning", wraps: true, cell: ({ description }) => <Words text={description} /> },
];

function Fields({ caption, fields }: { readonly caption: string; readonly fields: readonly Field[] }) {
  return <DataTable caption={caption} columns={columns} rows={fields} keyOf={({ name }) => name} />;
}

/** A line of text whose names stand between backticks. */
function Words({ text }: { readonly text: string }) {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>));
}

function Method({ name }: { readonly name: string }) {
  return <span className={`method method-${name.toLowerCase()}`}>{name}</span>;
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
