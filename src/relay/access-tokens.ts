/** Tokens that stand for a credential for a while: fetched when one is needed, shared by all who need it, renewed before they expire. */

import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import type { Secret } from "../base/secret.ts";
import { readToken, tokenRequest, type AccessToken, type ServiceAccount } from "../providers/service-account.ts";
import type { Upstream } from "./upstream.ts";

export interface AccessTokens {
  /**
   * At once when one is known that will be good for another minute. Who asks while one is fetched waits for that one.
   * @throws Fault upstream_credential when the account's key is refused; other faults for an endpoint that gives no token.
   */
  get(account: ServiceAccount): Secret | Promise<Secret>;
  /** It was refused: the next who asks gets another. Does nothing when there is another already. */
  forget(account: ServiceAccount, token: Secret): void;
}

/** A token is not used in the last minute of its life: a request may be on its way for a while. */
const spareMs = 60_000;
const withinMs = 10_000;
const answerBytesMax = 64 * 1024;

export function createAccessTokens({ upstream, clock }: { readonly upstream: Pick<Upstream, "open">; readonly clock: Clock }): AccessTokens {
  const known = new Map<ServiceAccount, AccessToken>();
  const fetching = new Map<ServiceAccount, Promise<Secret>>();

  const fetchToken = async (account: ServiceAccount): Promise<Secret> => {
    try {
      const given = await exchange(upstream, account, clock);
      known.set(account, given);
      return given.token;
    } finally {
      fetching.delete(account);
    }
  };

  return {
    get(account) {
      const held = known.get(account);
      if (held !== undefined && clock() < held.expiresAt - spareMs) return held.token;
      const begun = fetching.get(account);
      if (begun !== undefined) return begun;
      const promise = fetchToken(account);
      fetching.set(account, promise);
      return promise;
    },
    forget(account, token) {
      if (known.get(account)?.token === token) known.delete(account);
    },
  };
}

function exchange(upstream: Pick<Upstream, "open">, account: ServiceAccount, clock: Clock): Promise<AccessToken> {
  return new Promise((resolve, reject) => {
    // Before the clock runs that ends the exchange: a key may not be able to sign.
    const request = tokenRequest(account, clock());
    const parts: Buffer[] = [];
    let status = 0;
    let left = answerBytesMax;
    const patience = setTimeout(() => control.abort(new Fault("upstream_timeout", "The provider's token endpoint did not answer in time.")), withinMs);
    const control = upstream.open({ ...request, headMs: withinMs }, {
      head: (given) => {
        status = given;
      },
      data: (bytes) => {
        left -= bytes.length;
        if (left < 0) throw new Fault("upstream_unreachable", "The provider's token endpoint gave no token.", { cause: "its answer is larger than 64 KiB" });
        parts.push(bytes);
      },
      end: () => {
        clearTimeout(patience);
        resolve(readToken(status, Buffer.concat(parts).toString("utf8"), clock()));
      },
      fail: (fault) => {
        clearTimeout(patience);
        reject(fault.code === "upstream_credential" ? fault : unreachable(fault));
      },
    });
  });
}

/** Whatever kept the token away, the provider itself was asked nothing. */
function unreachable(fault: Fault): Fault {
  return fault.code === "upstream_unreachable" ? fault : new Fault("upstream_unreachable", "The provider's token endpoint could not be reached.", { cause: fault.message });
}
