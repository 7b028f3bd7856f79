/** Models at Google Cloud, opened by a service account: over real sockets, with a key of the test's own. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { call, openStream } from "../support/caller.ts";
import { json, replay, sse, startFakeUpstream, fixtureEvents, type FakeUpstream, type ReceivedRequest, type Reply } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { signedClaims, testAccount, type TestAccount } from "../support/service-account.ts";

const place = "/v1/projects/p/locations/eu";
const ask = { messages: [{ role: "user", content: "Hello" }], max_tokens: 1000 };

let upstream: FakeUpstream;
let account: TestAccount;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  account = testAccount(`${upstream.origin}/token`);
});

beforeEach(() => upstream.reset());

afterAll(() => upstream.close());

interface Started {
  readonly gateway: Gateway;
  readonly key: string;
}

/** Each test has a gateway that knows no token yet. */
async function withGateway(work: (started: Started) => Promise<void>): Promise<void> {
  const endpoints = [{ model: "acme/gemini", upstream_model: "gemini-2.5-flash", pricing: { prompt: "1", completion: "2" }, context_length: 100_000 }];
  const gateway = await startGateway({ config: { providers: [{ slug: "google-vertex", base_url: `${upstream.origin}${place}`, credential: JSON.stringify(account.file), endpoints }] } });
  try {
    await work({ gateway, key: (await gateway.newKey()).key });
  } finally {
    await gateway.dispose();
  }
}

const token: Reply = json({ access_token: "ya29.opens-for-an-hour", expires_in: 3599, token_type: "Bearer" });
const answering = ({ path }: ReceivedRequest): Reply => (path === "/token" ? token : replay("google-ai-studio/text.json"));
const pathsOf = () => upstream.requests.map(({ path }) => path);

test("one token opens the API for all requests of an hour, and neither it nor the key is told to anybody", () => withGateway(async ({ gateway, key }) => {
  upstream.always(answering);
  const answers = await Promise.all([1, 2, 3].map(() => call(gateway.baseUrl, "/chat/completions", { key, body: { model: "acme/gemini", ...ask } })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(pathsOf().filter((path) => path === "/token")).toHaveLength(1);
  expect(signedClaims((await upstream.received(0)).text, account.publicKey).claims).toMatchObject({ iss: account.file.client_email, aud: account.file.token_uri });
  const asked = upstream.requests.filter(({ path }) => path !== "/token");
  expect(asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([1, 2, 3].map(() => [`${place}/publishers/google/models/gemini-2.5-flash:generateContent`, "Bearer ya29.opens-for-an-hour"]));

  upstream.next(sse(fixtureEvents("google-ai-studio/text.chunks.txt")));
  const events = await (await openStream(gateway.baseUrl, "/chat/completions", { key, body: { model: "acme/gemini", stream: true, ...ask } })).rest();
  expect(events.at(-1)).toBe("[DONE]");
  expect(gateway.output() + JSON.stringify(answers)).not.toMatch(/ya29|PRIVATE KEY/);
}));

test("a key that is refused is the gateway's own affair: the caller hears that the provider is not available, the log hears why", () => withGateway(async ({ gateway, key }) => {
  upstream.next(json({ error: "invalid_grant", error_description: `Invalid JWT Signature of ${account.file.client_email}` }, 400));
  const { status, json: answer } = await call(gateway.baseUrl, "/chat/completions", { key, body: { model: "acme/gemini", ...ask } });
  expect(status).toBe(503);
  expect(JSON.stringify(answer)).not.toMatch(/invalid_grant|iam\.test/);
  expect(gateway.output()).toContain("the token endpoint answered 400 (invalid_grant)");
  expect(pathsOf()).toEqual(["/token"]);
  expect((await call(gateway.baseUrl, "/key", { key })).json.data.usage).toBe(0);
}));

test("a provider that repeats the token it was sent does not give it away", () => withGateway(async ({ gateway, key }) => {
  upstream.always(({ path, headers }) => (path === "/token" ? token : json({ error: { code: 400, message: `You sent ${headers.authorization}`, status: "INVALID_ARGUMENT" } }, 400)));
  const { status, json: answer } = await call(gateway.baseUrl, "/chat/completions", { key, body: { model: "acme/gemini", ...ask } });
  expect(status).toBe(400);
  expect(JSON.stringify(answer)).not.toContain("ya29");
}));
