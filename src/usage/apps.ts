/** Which app a request came from. Source: contract §8.1. */

import { hash } from "node:crypto";
import type { Attribution } from "./generation.ts";

export interface App {
  /** Follows from what the app is known by, so that no node has to ask for it. */
  readonly id: number;
  /** "https://app.example": scheme, host and port of `HTTP-Referer`, without its path. */
  readonly origin: string;
  readonly title: string | null;
  /** Only those of the contract's vocabulary. */
  readonly categories: readonly string[];
}

/** The subcategories of each category. Source: contract, Appendix B. */
export const appCategories = {
  coding: ["cli-agent", "ide-extension", "cloud-agent", "programming-app", "native-app-builder"],
  creative: ["creative-writing", "video-gen", "image-gen", "audio-gen"],
  productivity: ["writing-assistant", "general-chat", "personal-agent", "legal"],
  entertainment: ["roleplay", "game"],
} as const;

export type AppCategory = keyof typeof appCategories;

/** What all keys of one app say together is cut here. */
export const categoriesMax = 10;

/**
 * The app that a request names; undefined when it names none. The origin of `HTTP-Referer` is the app's identity, a title
 * alone is not. On this machine or in a private name every other program is at localhost:3000: there the title is part of
 * the identity, and without one there is no app.
 */
export function appOf({ referer, title, categories }: Attribution): App | undefined {
  const origin = referer === null ? undefined : originOf(referer);
  if (origin === undefined) return undefined;
  const isLocal = isLocalOrigin(origin);
  if (isLocal && title === null) return undefined;
  const identity = isLocal ? `${origin}\n${title}` : origin;
  return { id: idOf(identity), origin, title, categories: categories.filter((category) => known.has(category)) };
}

/** The origin of an http(s) URL; undefined for any other text. */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, protocol } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? origin : undefined;
}

/** "app.example", "app.example:8080". */
export function hostOf(origin: string): string {
  return new URL(origin).host;
}

export function isLocalOrigin(origin: string): boolean {
  return localHosts.test(new URL(origin).hostname);
}

// 48 bits of a digest: exact as a JSON number, and two of a million apps share one with a chance of 1 in 560.
function idOf(identity: string): number {
  return Number.parseInt(hash("sha256", identity).slice(0, 12), 16);
}

const localHosts = /^(localhost|.*\.localhost|0\.0\.0\.0|127(\.\d+){3}|\[::1?\])$/;
const known: ReadonlySet<string> = new Set(Object.values(appCategories).flat());
