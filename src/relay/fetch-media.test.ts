import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { fetchMedia, usualTerms, type MediaTerms, type Resolve } from "./fetch-media.ts";

const png = Buffer.from("\x89PNG\r\n\x1a\n and its pixels", "latin1");
const place = "messages[1].content[0]";

/** A server that is the operator's own, and what it is asked. */
let server: Server;
let host: string;
let received: IncomingMessage[] = [];
let script: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(request);
    script(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  received = [];
  script = (_request, response) => response.writeHead(200, { "content-type": "image/png", "set-cookie": "a=b" }).end(png);
});

afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

interface Options {
  readonly terms?: Partial<MediaTerms>;
  readonly left?: number;
  readonly resolve?: Resolve;
  readonly signal?: AbortSignal;
}

const fetched = (url: string, { terms = {}, left = 1_000_000, resolve, signal = new AbortController().signal }: Options = {}) =>
  fetchMedia({ url, kind: "image", place }, { terms: { ...usualTerms, hosts: [host], ...terms }, allowance: { left }, signal, ...(resolve === undefined ? {} : { resolve }) });

async function refusal(url: string, options?: Options): Promise<Fault> {
  const fault: unknown = await fetched(url, options).then(() => undefined, (error: unknown) => error);
  if (!(fault instanceof Fault)) throw new TypeError(`${url} was fetched, or failed otherwise: ${String(fault)}`);
  return fault;
}

describe("what an operator's own host gives", () => {
  test("is fetched over plain http, with nothing of ours or the caller's", async () => {
    expect(await fetched(`http://${host}/a.png?size=2`)).toEqual({ type: "image/png", bytes: png });
    expect(received[0]?.url).toBe("/a.png?size=2");
    expect(Object.keys(received[0]?.headers ?? {}).sort()).toEqual(["accept", "accept-encoding", "connection", "host", "user-agent"]);
    expect(received[0]?.headers["accept-encoding"]).toBe("identity");
  });

  test("is fetched after as many as three redirects", async () => {
    script = ({ url = "" }, response) => {
      const left = Number(url.slice(1));
      if (left === 0) response.end(png);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    };
    expect((await fetched(`http://${host}/3`)).bytes).toEqual(png);
    expect((await refusal(`http://${host}/4`)).message).toContain("more than 3 times");
  });
});

/** Addresses that lead nowhere that media is fetched from, however they are written. */
const hostile: readonly (readonly [url: string, why: string])[] = [
  ["http://example.com/a.png", "only https"],
  ["ftp://example.com/a.png", "only https"],
  ["file:///etc/passwd", "only https"],
  ["https://example.com:8443/a.png", "only the usual port"],
  ["https://user:secret@example.com/a.png", "user name"],
  ["https://127.0.0.1/a.png", "not fetched from this host"],
  ["https://127.1/a.png", "not fetched from this host"],
  ["https://2130706433/a.png", "not fetched from this host"],
  ["https://0x7f000001/a.png", "not fetched from this host"],
  ["https://0177.0.0.1/a.png", "not fetched from this host"],
  ["https://127.0.0.1./a.png", "not fetched from this host"],
  ["https://１２７.0.0.1/a.png", "not fetched from this host"],
  ["https://0/a.png", "not fetched from this host"],
  ["https://169.254.169.254/latest/meta-data", "not fetched from this host"],
  ["https://10.0.0.1/a.png", "not fetched from this host"],
  ["https://[::1]/a.png", "not fetched from this host"],
  ["https://[::ffff:127.0.0.1]/a.png", "not fetched from this host"],
  ["https://[::ffff:7f00:1]/a.png", "not fetched from this host"],
  ["https://[64:ff9b::7f00:1]/a.png", "not fetched from this host"],
  ["https://[2002:7f00:1::]/a.png", "not fetched from this host"],
  ["https://[fd00:ec2::254]/a.png", "not fetched from this host"],
  ["https://localhost/a.png", "not fetched from this host"],
  ["https://localhost./a.png", "not fetched from this host"],
  ["https://", "not an address"],
  ["https://exa mple/", "not an address"],
];

describe("an address that is out of bounds", () => {
  test.each(hostile)("%s is refused", async (url, why) => {
    const fault = await refusal(url, { resolve: async () => [{ address: "127.0.0.1", family: 4 }] });
    expect(fault).toMatchObject({ code: "invalid_request", metadata: { field: place } });
    expect(fault.message).toContain(`${place}: `);
    expect(fault.message).toContain(why);
    expect(received).toEqual([]);
  });

  test.each(hostile.filter(([url]) => URL.canParse(url) && /^[\x21-\x7e]+$/.test(url)))("a redirect to %s is refused", async (url, why) => {
    script = (_request, response) => response.writeHead(307, { location: url }).end();
    const fault = await refusal(`http://${host}/`, { resolve: async () => [{ address: "127.0.0.1", family: 4 }] });
    expect(fault.message).toContain(why);
    expect(received).toHaveLength(1);
  });

  test.each([
    ["one of its addresses is private", [{ address: "1.1.1.1", family: 4 }, { address: "192.168.0.1", family: 4 }]],
    ["one of its addresses is this machine's", [{ address: "2606:4700::1111", family: 6 }, { address: "::1", family: 6 }]],
    ["it has none", []],
  ] as const)("a name is refused when %s", async (_case, addresses) => {
    expect((await refusal("https://media.example/a.png", { resolve: async () => addresses })).message).toContain("not fetched from this host");
  });

  test("a name is asked for once for each connection: what it says later changes nothing", async () => {
    const answers = ["127.0.0.1", "1.1.1.1"];
    let asked = 0;
    const fault = await refusal("https://rebinding.example/a.png", { resolve: async () => [{ address: answers[asked++] ?? "", family: 4 }] });
    expect(fault.message).toContain("not fetched from this host");
    expect(asked).toBe(1);
  });

  test("who answers is checked, and not only the name", async () => {
    // A resolver that lies to its own check.
    const twoFaced = { get address() { return reads++ === 0 ? "1.1.1.1" : "127.0.0.1"; }, family: 4 };
    let reads = 0;
    const fault = await refusal(`https://two-faced.example/`, { resolve: async () => [twoFaced] });
    expect(fault.code).toBe("invalid_request");
    expect(received).toEqual([]);
  });
});

const endless = (response: ServerResponse): void => {
  const more = (): void => {
    while (!response.destroyed && response.write(png.subarray(0, 8))) if (response.destroyed) return;
    response.once("drain", more);
  };
  response.writeHead(200);
  response.write(png);
  more();
};

describe("what comes back is refused", () => {
  const cases: readonly (readonly [what: string, answer: (response: ServerResponse) => void, why: string])[] = [
    ["when it is something else", (response) => response.writeHead(200, { "content-type": "image/png" }).end("<html>secret of the intranet</html>"), "not an image"],
    ["when it is an error", (response) => response.writeHead(404).end(png), "answers 404"],
    ["when it is nothing", (response) => response.writeHead(204).end(), "answers 204"],
    ["when it says that it is too long", (response) => response.writeHead(200, { "content-length": "999999999" }).write(png), "larger than 20 MiB"],
    ["when it comes compressed", (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(5_000_000))), "compressed"],
    ["when it is cut off", (response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(png, () => response.destroy());
    }, "cannot be fetched"],
    ["when the connection breaks", (response) => void response.destroy(), "cannot be fetched"],
    ["when it redirects to nowhere", (response) => response.writeHead(302).end(), "answers 302"],
  ];

  test.each(cases)("%s", async (_what, answer, why) => {
    script = (_request, response) => answer(response);
    const fault = await refusal(`http://${host}/`);
    expect(fault).toMatchObject({ code: "invalid_request", metadata: { field: place } });
    expect(fault.message).toContain(why);
    expect(fault.message).not.toMatch(/secret|127\.0\.0\.1/);
  });

  test("when it never ends", async () => {
    script = (_request, response) => endless(response);
    expect((await refusal(`http://${host}/`, { terms: { itemBytesMax: 1024 * 1024 }, left: 10 * 1024 * 1024 })).message).toContain("larger than 1 MiB");
  });

  test("when all of the request's media are too long together", async () => {
    expect((await refusal(`http://${host}/`, { left: 10 })).message).toContain("together");
  });

  test("when it says nothing for too long", async () => {
    script = () => undefined;
    expect((await refusal(`http://${host}/`, { terms: { withinMs: 20 } })).message).toContain("not received within");
  });

  test("when its drops take too long", async () => {
    script = (_request, response) => void response.writeHead(200).write(png);
    expect((await refusal(`http://${host}/`, { terms: { withinMs: 50 } })).message).toContain("not received within");
  });
});

test("a request that is over ends its fetches", async () => {
  const over = new AbortController();
  script = () => over.abort();
  expect(await refusal(`http://${host}/`, { signal: over.signal })).toMatchObject({ code: "client_closed" });
});
