/** Which app a request says it comes from (contract §8.1). Headers are hostile: cut, and cleaned of control characters. */

import type { IncomingHttpHeaders } from "node:http";
import type { Attribution } from "../usage/generation.ts";

const categoriesMax = 2;

export function attributionOf(headers: IncomingHttpHeaders): Attribution {
  const userAgent = headers["user-agent"];
  return {
    // The contract's header is `HTTP-Referer`, spelt as CGI once did; browsers send `Referer`.
    referer: headerText(headers["http-referer"] ?? headers.referer, 512),
    title: headerText(headers["x-openrouter-title"] ?? headers["x-title"], 128),
    categories: categoriesOf(headers["x-openrouter-categories"]),
    userAgent: userAgent === undefined ? null : clean(userAgent, 256),
  };
}

function categoriesOf(value: string | string[] | undefined): readonly string[] {
  if (typeof value !== "string") return [];
  return value.split(",").map((one) => one.trim()).filter((one) => /^[a-z0-9-]{1,30}$/.test(one)).slice(0, categoriesMax);
}

function headerText(value: string | string[] | undefined, lengthMax: number): string | null {
  return typeof value === "string" ? clean(value, lengthMax) : null;
}

function clean(value: string, lengthMax: number): string | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what is removed
  const text = value.replace(/[\u0000-\u001f\u007f]/g, "").trim().slice(0, lengthMax);
  return text === "" ? null : text;
}
