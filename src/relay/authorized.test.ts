/** An attempt that waits for its token, over real sockets. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { gate, json, startFakeUpstream, type Answer, type FakeUpstream } from "../../test/support/fake-upstream.ts";
import { testAccount } from "../../test/support/service-account.ts";
import { Fault } from "../base/fault.ts";
import { secret } from "../base/secret.ts";
import type { Authorization } from "../providers/authorize.ts";
import { upstreamFault } from "../providers/upstream-fault.ts";
import { createAccessTokens, type AccessTokens } from "./access-tokens.ts";
import { createBodyReader, type Errand } from "./attempt.ts";
import { runAuthorized } from "./authorized.ts";
import { createUpstream, type ExchangeControl, type Upstream } from "./upstream.ts";

let server: FakeUpstream;
let upstream: Upstream;
let tokens: AccessTokens;
let authorization: Authorization;

beforeAll(async () => {
  server = await startFakeUpstream();
  upstream = createUpstream({ connectMs: 2_000 });
  const { file } = testAccount(`${server.origin}/token`);
  authorization = { scheme: "google-service-account", account: { email: file.client_email, keyId: undefined, privateKey: secret(file.private_key), tokenUrl: file.token_uri } };
});

beforeEach(() => {
  server.reset();
  tokens = createAccessTokens({ upstream, clock: Date.now });
});

afterAll(async () => {
  await Promise.all([server.close(), upstream.close()]);
});

const timeouts = { firstContentMs: 10_000, firstContentAliveMs: 10_000, wholeAnswerMs: 10_000, gapMs: 10_000 };
const errand = (): Errand<string> => ({
  isStream: false,
  encode: () => ({ url: `${server.origin}/ask`, headers: {}, body: "{}", notes: [] }),
  openReader: (_headers, ending) => createBodyReader((body) => {
    ending.answer = body.toString("utf8");
  }),
  decodeError: upstreamFault,
});
const run = (onOpen: (control: ExchangeControl) => void = () => undefined) => runAuthorized(tokens, { errand: errand(), authorization, upstream, timeouts, extraHeaders: undefined, onOpen });
const token = (word: string) => json({ access_token: word, expires_in: 3599 });
const seen = () => server.requests.map(({ path, headers }) => `${path} ${headers.authorization ?? "-"}`);

function lateToken(word: string, opened: Promise<void>): Answer {
  return { status: 200, headers: { "content-type": "application/json" }, body: [opened, JSON.stringify({ access_token: word, expires_in: 3599 })], ending: "end" };
}

test("who gives up while it waits is told at once and asks nothing; the token serves the next", async () => {
  const { opened, open } = gate();
  server.next(lateToken("late", opened), json({ said: "Hi" }));
  let control: ExchangeControl | undefined;
  const waiting = run((given) => {
    control = given;
  });
  const left = new Fault("client_closed", "The caller hung up.");
  control?.abort(left);
  expect(await waiting).toMatchObject({ status: null, fault: left, answer: undefined });
  const next = run();
  open();
  expect(await next).toMatchObject({ status: 200, fault: undefined, answer: '{"said":"Hi"}' });
  expect(seen()).toEqual(["/token -", "/ask Bearer late"]);
});

test("whose wait is over is aborted at the provider", async () => {
  server.next(token("one"), "silence");
  let control: ExchangeControl | undefined;
  const asked = run((given) => {
    control = given;
  });
  const { abandoned } = await server.received(1);
  control?.abort(new Fault("client_closed", "The caller hung up."));
  expect((await asked).fault?.code).toBe("client_closed");
  await abandoned;
});

test("a token that the provider refuses is not shown again", async () => {
  server.next(token("one"), json({ error: { message: "Request had invalid authentication credentials." } }, 401), token("two"), json({}));
  expect((await run()).fault?.code).toBe("upstream_credential");
  expect((await run()).status).toBe(200);
  expect(seen()).toEqual(["/token -", "/ask Bearer one", "/token -", "/ask Bearer two"]);
});

test("without a token there is a fault, and the provider is not asked", async () => {
  server.next("reset");
  expect(await run()).toMatchObject({ status: null, answer: undefined, fault: { code: "upstream_unreachable" } });
  expect(seen()).toEqual(["/token -"]);
});
