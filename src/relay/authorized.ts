/** An attempt at an endpoint whose credential opens nothing by itself: a token is fetched for it first, when none is at hand. */

import { assert } from "../base/assert.ts";
import { monotonic } from "../base/clock.ts";
import { asFault, type Fault } from "../base/fault.ts";
import type { Secret } from "../base/secret.ts";
import type { Authorization } from "../providers/authorize.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { runAttempt, type AttemptEnd, type AttemptInput } from "./attempt.ts";
import type { ExchangeControl } from "./upstream.ts";

export type AuthorizedInput<Answer> = Omit<AttemptInput<Answer>, "authorization"> & { readonly authorization: Authorization };

/** As `runAttempt`: never rejects, and hands out its control at once. */
export function runAuthorized<Answer>(tokens: AccessTokens, input: AuthorizedInput<Answer>): Promise<AttemptEnd<Answer>> {
  // Nearly every attempt: it is passed on as it is.
  if (isReady(input)) return runAttempt(input);
  const { authorization } = input;
  assert(authorization.scheme === "google-service-account", "every other credential is shown itself");
  const { account } = authorization;
  const begin = async (credential: Secret, onOpen: (control: ExchangeControl) => void): Promise<AttemptEnd<Answer>> => {
    const end = await runAttempt({ ...input, onOpen, authorization: { scheme: "bearer", credential } });
    if (end.fault?.code === "upstream_credential") tokens.forget(account, credential);
    return end;
  };
  const token = tokens.get(account);
  return token instanceof Promise ? whenGiven(token, input.onOpen, begin) : begin(token, input.onOpen);
}

function isReady<Answer>(input: AuthorizedInput<Answer>): input is AttemptInput<Answer> {
  return input.authorization.scheme !== "google-service-account";
}

type Begin<Answer> = (credential: Secret, onOpen: (control: ExchangeControl) => void) => Promise<AttemptEnd<Answer>>;

/** Who gives up waiting is gone at once; the token is kept for the next. */
function whenGiven<Answer>(token: Promise<Secret>, onOpen: AttemptInput<Answer>["onOpen"], begin: Begin<Answer>): Promise<AttemptEnd<Answer>> {
  const startedAt = monotonic();
  return new Promise((resolve) => {
    let opened: ExchangeControl | undefined;
    let isWaiting = true;
    const giveUp = (fault: Fault): void => {
      if (!isWaiting) return;
      isWaiting = false;
      resolve({ status: null, fault, answer: undefined, usage: undefined, notes: [], startedAt, firstContentAt: undefined, endedAt: monotonic() });
    };
    onOpen({
      abort: (fault) => (opened === undefined ? giveUp(fault) : opened.abort(fault)),
      pause: () => opened?.pause(),
      resume: () => opened?.resume(),
    });
    token.then((credential) => {
      if (!isWaiting) return;
      isWaiting = false;
      resolve(begin(credential, (control) => {
        opened = control;
      }).then((end) => ({ ...end, startedAt })));
    }, (error: unknown) => giveUp(asFault(error)));
  });
}
