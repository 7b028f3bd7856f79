/** What the endpoints of a protocol understand of a request for pictures, in the contract's words (§1.22). */

type Capability = { readonly type: "enum"; readonly values: readonly string[] } | { readonly type: "range"; readonly min: number; readonly max: number } | { readonly type: "boolean" };

const quality: Capability = { type: "enum", values: ["auto", "low", "medium", "high"] };

const byProtocol: Readonly<Record<string, Readonly<Record<string, Capability>>>> = {
  "openai-chat": {
    n: { type: "range", min: 1, max: 10 },
    quality,
    background: { type: "enum", values: ["auto", "transparent", "opaque"] },
    output_format: { type: "enum", values: ["png", "jpeg", "webp"] },
    output_compression: { type: "range", min: 0, max: 100 },
    input_references: { type: "range", min: 0, max: 16 },
  },
  "google-generative": {
    aspect_ratio: { type: "enum", values: ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"] },
    resolution: { type: "enum", values: ["1K", "2K", "4K"] },
    seed: { type: "boolean" },
    input_references: { type: "range", min: 0, max: 16 },
  },
};

export function imageCapabilities(protocol: string): Readonly<Record<string, Capability>> {
  return Object.hasOwn(byProtocol, protocol) ? (byProtocol[protocol] ?? {}) : {};
}
