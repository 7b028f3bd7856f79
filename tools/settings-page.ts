/** docs/settings.md, made from the code that reads the settings. */

import { configFileSchema, environmentSettings } from "../src/config.ts";

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
}

export function settingsPage(): string {
  return [
    "# Settings",
    "",
    "Made from `src/config.ts`; `npm run check` fails when this page is not what the code says.",
    "",
    "## Environment",
    "",
    "| setting | meaning | default |",
    "|---|---|---|",
    ...environmentSettings.map((setting) => `| \`${setting.name}\` | ${setting.meaning} | ${setting.default} |`),
    "",
    "## The file that `WINDROSE_CONFIG` names",
    "",
    "YAML or JSON. A field that is not listed here is refused, so that a misspelt one is not silently without effect.",
    "",
    "| field | type | meaning | default |",
    "|---|---|---|---|",
    ...rows(configFileSchema() as Schema, ""),
    "",
  ].join("\n");
}

function rows(schema: Schema, prefix: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const fallback = isLeaf(field) && field.default !== undefined ? `\`${JSON.stringify(field.default)}\`` : schema.required?.includes(name) === true ? "required" : "";
    const row = `| \`${path}\` | ${typeOf(field)} | ${field.description ?? ""} | ${fallback} |`;
    return [row, ...rows(field, `${path}.`), ...rows(field.items ?? {}, `${path}[].`)];
  });
}

function isLeaf(schema: Schema): boolean {
  return schema.properties === undefined && schema.items === undefined;
}

function typeOf(schema: Schema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" or ");
  return schema.type === "array" ? `list of ${typeOf(schema.items ?? {})}` : (schema.type ?? "any");
}
