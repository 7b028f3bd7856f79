/** `/login` and `/logout`: a one-time token from the terminal becomes a session. */

import { loginPage } from "../../../web/pages/login/page.tsx";
import { sessionOf } from "../session/account.ts";
import { canSignIn, sessionCookie, sessionIdOf } from "../session/cookie.ts";
import type { PageRoute } from "./page-route.ts";

const home = "/settings/keys";

export const loginRoute: PageRoute = {
  path: "/login",
  answer: async ({ account }, request) => loginPage({ canSignIn: canSignIn(request), isSignedIn: (await sessionOf(account, request)) !== undefined, hasFailed: false }),
  submit: async ({ account }, request, form) => {
    if (!canSignIn(request)) return loginPage({ canSignIn: false, isSignedIn: false, hasFailed: false });
    const id = await account.sessions.open(tokenIn(form.get("token") ?? ""), sessionIdOf(request));
    if (id !== undefined) return { redirect: home, cookie: sessionCookie(request, id) };
    await account.refusalTurn();
    return loginPage({ canSignIn: true, isSignedIn: (await sessionOf(account, request)) !== undefined, hasFailed: true });
  },
};

export const logoutRoute: PageRoute = {
  path: "/logout",
  answer: () => ({ redirect: "/login" }),
  submit: async ({ account }, request) => {
    const id = sessionIdOf(request);
    if (id !== undefined) await account.sessions.close(id);
    return { redirect: "/login", cookie: sessionCookie(request, undefined) };
  },
};

/** People paste the token, or all of the address that the terminal shows. */
function tokenIn(text: string): string {
  return /#token=(\S+)/.exec(text)?.[1] ?? text.trim();
}
