/** What there is to read, in the order of the left rail. */

export interface ManualPage {
  /** The last step of its address: "/docs/routing". */
  readonly slug: string;
  /** In docs/; undefined for a page that is made of something else. */
  readonly file?: string;
  /** Where the document's own heading does not fit the rail. */
  readonly name?: string;
}

export interface Chapter {
  readonly name: string;
  readonly pages: readonly ManualPage[];
}

export const contents: readonly Chapter[] = [
  {
    name: "Start",
    pages: [
      { slug: "quickstart", file: "quickstart.md" },
      { slug: "concepts", file: "concepts.md" },
      { slug: "frameworks", file: "frameworks.md" },
      { slug: "from-openrouter", file: "from-openrouter.md" },
      { slug: "from-litellm", file: "from-litellm.md" },
    ],
  },
  {
    name: "Routing",
    pages: [
      { slug: "provider-preferences", file: "provider-preferences.md" },
      { slug: "routing", file: "routing.md", name: "How routing decides" },
      { slug: "attempts", file: "attempts.md" },
      { slug: "presets", file: "presets.md" },
      { slug: "response-cache", file: "response-cache.md", name: "Response cache" },
    ],
  },
  {
    name: "API",
    pages: [
      { slug: "api", name: "API reference" },
      { slug: "errors", file: "faults.md", name: "Errors" },
      { slug: "messages", file: "messages.md" },
      { slug: "tasks", file: "tasks.md", name: "Embeddings, images, audio" },
      { slug: "media", file: "media.md" },
      { slug: "plugins", file: "plugins.md" },
      { slug: "dialects", file: "matrix.md", name: "Dialects and protocols" },
      { slug: "sandbox", file: "sandbox.md" },
    ],
  },
  {
    name: "Self-hosting",
    pages: [
      { slug: "operating", file: "operating.md" },
      { slug: "settings", file: "settings.md" },
      { slug: "ledger", file: "ledger.md" },
      { slug: "usage", file: "usage.md", name: "Usage figures" },
      { slug: "adding-a-provider", file: "adding-a-provider.md" },
      { slug: "simulation", file: "simulation.md", name: "How it compares" },
    ],
  },
];

/** Where each document stands on this site, by its file in docs/. */
export const addressOfFile: Readonly<Record<string, string>> = Object.fromEntries(
  contents.flatMap(({ pages }) => pages).flatMap(({ slug, file }) => (file === undefined ? [] : [[file, `/docs/${slug}`]])),
);
