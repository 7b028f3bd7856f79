/**
 * Fetches media that a caller names by its address, where no provider will. The address is a stranger's: it must not lead to
 * this machine, its network or its cloud, and what comes back may be endless, slow or something else. What is connected to is
 * the very address that was checked; a redirect is checked like an address of its own. The limits stand in docs/media.md.
 */

import dns from "node:dns";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { Fault } from "../base/fault.ts";
import type { MediaKind } from "../providers/adapter.ts";
import { sniffedType } from "./media-type.ts";
import { isPublicAddress } from "./public-address.ts";

/** Something that a message names by its address. */
export interface Remote {
  readonly url: string;
  readonly kind: MediaKind;
  /** Where in the request the address stands: "messages[1].content[0]". */
  readonly place: string;
}

export interface Media {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface MediaTerms {
  /** Hosts (`host`, or `host:port`) of the operator's own: plain http, any port and private addresses are allowed there. */
  readonly hosts: readonly string[];
  /** To the last byte, redirects included. */
  readonly withinMs: number;
  readonly itemBytesMax: number;
  /** Of all that one request names. */
  readonly requestBytesMax: number;
}

export const usualTerms: MediaTerms = { hosts: [], withinMs: 15_000, itemBytesMax: 20 * 1024 * 1024, requestBytesMax: 50 * 1024 * 1024 };

interface Address {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/** What is left of a request's bytes. */
export interface Allowance {
  left: number;
}

export interface FetchInput {
  readonly terms: MediaTerms;
  readonly allowance: Allowance;
  readonly signal: AbortSignal;
  readonly resolve?: Resolve;
}

const redirectsMax = 3;
const resolveAll: Resolve = (host) => dns.promises.lookup(host, { all: true, verbatim: true });

/**
 * Gives the media at an address.
 * @throws Fault invalid_request naming the place in the request: for an address that may not be fetched from, for one that
 *   gives nothing, something else, too much, or too slowly. It tells nothing of what was found there.
 */
export async function fetchMedia(remote: Remote, { terms, allowance, signal, resolve = resolveAll }: FetchInput): Promise<Media> {
  const refused = (why: string, cause?: unknown): Fault =>
    new Fault("invalid_request", `${remote.place}: ${why}`, { metadata: { field: remote.place }, cause });
  const patience = AbortSignal.timeout(terms.withinMs);
  const visit: Visit = { remote, terms, allowance, signal: AbortSignal.any([signal, patience]), resolve, refused };
  try {
    let url = visitable(remote.url, visit);
    for (let redirects = 0; ; redirects++) {
      const response = await get(url, visit);
      const next = redirectOf(response, url);
      if (next === undefined) return await read(response, visit);
      response.destroy();
      if (redirects === redirectsMax) throw refused(`the address redirects more than ${redirectsMax} times.`);
      url = visitable(next, visit);
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (signal.aborted) throw new Fault("client_closed", "The request ended before its media was fetched.", { cause: error });
    if (patience.aborted) throw refused(`the ${remote.kind} was not received within ${Math.ceil(terms.withinMs / 1000)} seconds.`, error);
    throw refused(`the ${remote.kind} cannot be fetched.`, error);
  }
}

interface Visit extends Required<FetchInput> {
  readonly remote: Remote;
  readonly refused: (why: string, cause?: unknown) => Fault;
}

interface Place {
  readonly url: URL;
  readonly isOperators: boolean;
}

/** One answer for every host that is out of bounds: which of them exist is nobody's business. */
const outOfBounds = "media is not fetched from this host.";

/** Decimal, octal and hexadecimal spellings of an address are its usual one after parsing. */
function visitable(text: string, { terms, refused }: Visit): Place {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw refused("this is not an address.");
  if (url.username !== "" || url.password !== "") throw refused("an address with a user name is not fetched.");
  const isOperators = terms.hosts.includes(url.host) || terms.hosts.includes(url.hostname);
  if (isOperators && (url.protocol === "https:" || url.protocol === "http:")) return { url, isOperators };
  if (url.protocol !== "https:") throw refused("only https addresses are fetched.");
  if (url.port !== "") throw refused("only the usual port is fetched from.");
  if (isIP(bareHost(url)) !== 0 && !isPublicAddress(bareHost(url))) throw refused(outOfBounds);
  return { url, isOperators };
}

/** An address is in brackets where it is of the sixth version. */
function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

async function get(place: Place, visit: Visit): Promise<IncomingMessage> {
  const { url, isOperators } = place;
  const { refused, signal } = visit;
  const addresses = isIP(bareHost(url)) === 0 ? await checkedAddresses(place, visit) : [];
  return new Promise((settle, reject) => {
    const options: RequestOptions = {
      method: "GET", signal, agent: false, lookup: lookupIn(addresses),
      headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "windrose-media" },
    };
    const asked = url.protocol === "https:" ? httpsRequest(url, options, settle) : httpRequest(url, options, settle);
    asked.on("error", reject);
    // Whatever the way there, this is who answers.
    if (!isOperators) asked.on("socket", (socket) => checkPeer(socket, () => asked.destroy(refused(outOfBounds))));
    asked.end();
  });
}

/** Of a name, asked for once. One that is out of bounds spoils the others. */
async function checkedAddresses({ url, isOperators }: Place, { resolve, refused, signal }: Visit): Promise<readonly Address[]> {
  const addresses = await untilAborted(resolve(url.hostname), signal);
  if (addresses.length === 0 || (!isOperators && !addresses.every(({ address }) => isPublicAddress(address)))) throw refused(outOfBounds);
  return addresses;
}

/** What is connected to is what was checked, whatever the name leads to by now. */
function lookupIn(addresses: readonly Address[]): LookupFunction {
  return (host, { all }, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Fault("internal", `${host} was not resolved`), "", 0);
    else if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

function checkPeer(socket: Socket, refuse: () => void): void {
  socket.once("connect", () => {
    if (socket.remoteAddress === undefined || !isPublicAddress(socket.remoteAddress)) refuse();
  });
}

function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage, { url }: Place): string | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && location !== undefined && URL.canParse(location, url);
  return isRedirect ? new URL(location, url).href : undefined;
}

async function read(response: IncomingMessage, { remote: { kind }, terms, allowance, refused, signal }: Visit): Promise<Media> {
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200) throw abandon(response, refused(`the server of the ${kind} answers ${statusCode}.`));
  // Asked for as it is; what comes compressed all the same may be anything when it is opened.
  if (!["", "identity"].includes(headers["content-encoding"] ?? "")) throw abandon(response, refused(`the ${kind} comes compressed.`));
  const parts: Buffer[] = [];
  let length = 0;
  const tooLarge = (): Fault => refused(
    length > terms.itemBytesMax ? `the ${kind} is larger than ${mebibytes(terms.itemBytesMax)} MiB.` : `all media of the request are larger than ${mebibytes(terms.requestBytesMax)} MiB together.`,
  );
  const declared = Number(headers["content-length"] ?? 0);
  if (declared > terms.itemBytesMax) {
    length = declared;
    throw abandon(response, tooLarge());
  }
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    allowance.left -= part.length;
    if (length > terms.itemBytesMax || allowance.left < 0) throw abandon(response, tooLarge());
    parts.push(part);
  }
  signal.throwIfAborted();
  if (!response.complete) throw refused(`the ${kind} was cut off.`);
  const bytes = Buffer.concat(parts, length);
  const type = sniffedType(bytes, kind, headers["content-type"] ?? "");
  if (type === undefined) throw refused(`what is at this address is not ${kind === "file" ? "a PDF or a text" : `${kind === "image" || kind === "audio" ? "an" : "a"} ${kind}`} of a known format.`);
  return { type, bytes };
}

function abandon(response: IncomingMessage, fault: Fault): Fault {
  response.destroy();
  return fault;
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}
