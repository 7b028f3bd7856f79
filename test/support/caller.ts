/** A caller that sees everything: status, headers, JSON, and each line of a stream as it comes. */

// A test looks into answers by hand and fails when they are not what it expects, so that their type is left open.
// oxlint-disable-next-line no-explicit-any
export type Json = any;

export interface CallOptions {
  readonly key?: string;
  /** GET without a body, POST with one. */
  readonly method?: string;
  /** Text is sent as it is, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body read as JSON; undefined when it is not. */
  readonly json: Json;
}

export interface StreamItem {
  /** An event's data ("[DONE]" as text), or the text of a comment. */
  readonly kind: "event" | "comment";
  readonly data: Json;
}

export interface OpenedStream {
  readonly status: number;
  readonly headers: Headers;
  /** The next event or comment; undefined at the end. */
  next(): Promise<StreamItem | undefined>;
  /** Skips to the next event. */
  nextEvent(): Promise<Json>;
  /** All events that are left, "[DONE]" included. */
  rest(): Promise<Json[]>;
  hangUp(): void;
}

/** One request and its whole answer. */
export async function call(baseUrl: string, path: string, options: CallOptions = {}): Promise<Called> {
  const response = await send(baseUrl, path, options);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

/** One request whose answer is read event by event. */
export async function openStream(baseUrl: string, path: string, options: CallOptions): Promise<OpenedStream> {
  const abort = new AbortController();
  const response = await send(baseUrl, path, options, abort.signal);
  const items = readItems(response);
  const next = async () => (await items.next()).value ?? undefined;
  const nextEvent = async () => {
    for (let item = await next(); item !== undefined; item = await next()) {
      if (item.kind === "event") return item.data;
    }
    return undefined;
  };
  return {
    status: response.status,
    headers: response.headers,
    next,
    nextEvent,
    rest: async () => {
      const events: Json[] = [];
      for (let data = await nextEvent(); data !== undefined; data = await nextEvent()) events.push(data);
      return events;
    },
    hangUp: () => abort.abort(),
  };
}

function send(baseUrl: string, path: string, options: CallOptions, signal?: AbortSignal): Promise<Response> {
  const { key, body } = options;
  return fetch(`${baseUrl}${path}`, {
    method: options.method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function* readItems(response: Response): AsyncGenerator<StreamItem> {
  let buffered = "";
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    buffered += decoder.decode(bytes, { stream: true });
    const lines = buffered.split("\n");
    buffered = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith(":")) yield { kind: "comment", data: line.slice(1).trim() };
      if (line.startsWith("data: ")) yield { kind: "event", data: parsed(line.slice(6)) ?? line.slice(6) };
    }
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
