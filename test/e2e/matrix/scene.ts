/** What is said in every cell of the matrix, in no dialect: each protocol says it as an upstream would, each surface asks for it and hears it. */

/** What the upstream answers. */
export interface Said {
  readonly text?: string;
  readonly calls?: readonly Made[];
}

/** A call of a tool. */
export interface Made {
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What a cell asks for. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly wants?: "tools" | "schema";
}

/** What the caller's dialect shows of an answer. */
export interface Heard {
  readonly text: string;
  readonly calls: readonly Made[];
  /** The dialect's own word. */
  readonly finish: string | undefined;
  readonly usage: { readonly prompt: number; readonly cached: number; readonly completion: number; readonly cost: number } | undefined;
  /** The dialect's own class of what went wrong. */
  readonly error?: string | undefined;
}

/** What reached the upstream. */
export interface Sent {
  readonly turns: readonly Turn[];
  readonly tools: readonly { readonly name: string; readonly parameters: unknown }[];
  readonly schema: unknown;
}

export type Turn =
  | { readonly from: "system" | "user" | "assistant"; readonly text: string }
  | { readonly calls: readonly Omit<Made, "id">[] }
  /** The call that it answers, found by its id, or by its place where the protocol has no ids. */
  | { readonly resultOf: Omit<Made, "id">; readonly result: unknown };

/** In pieces, as they are streamed. */
export const pieces = ["Grüße aus ", "東京 🍣", " – naïve?"] as const;
export const text: Said = { text: pieces.join("") };

export const instructions = "Be brief – 简洁。";
export const question = "Wie ist das Wetter in Lübeck und Malmö? 🌦";

export const tool = {
  name: "weather",
  description: "The weather of a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
} as const;

export const calls: readonly Made[] = [
  { id: "a1B2c3D4e", name: "weather", arguments: { city: "Lübeck" } },
  { id: "f5G6h7I8j", name: "weather", arguments: { city: "Malmö" } },
];
/** Said before the calls. */
export const remark = "Ich schaue nach – 👀.";
/** What the tools said, call by call. */
export const results: readonly string[] = ['{"sky":"fog"}', '{"sky":"☀"}'];

export const schema = { type: "object", properties: { count: { type: "integer" } }, required: ["count"], additionalProperties: false } as const;
export const fitting: Said = { text: '{"count":3}' };

/** Reported by every upstream, in its own words: 16 of the prompt's tokens were read from its cache. */
export const counted = { prompt: 40, cached: 16, completion: 12 } as const;

/** Dollars per million tokens. */
export const pricing = { prompt: "3", completion: "15", cache_read: "0.3" } as const;
/** ⌈24 × 3,000⌉ + ⌈16 × 300⌉ + ⌈12 × 15,000⌉ nano-dollars. */
export const cost = 256_800e-9;
