/** Signing in with the one-time token that the terminal shows. The address from the terminal fills the form in by itself (client/sign-in.ts). */

import type { Page } from "../../shell/page.ts";
import { Banner } from "../../ui/banner.tsx";
import { Link, useHref } from "../../ui/link.tsx";

export interface LoginData {
  /** False over a connection that others can listen to. */
  readonly canSignIn: boolean;
  readonly isSignedIn: boolean;
  /** The token was wrong, too old or used: nobody is told which. */
  readonly hasFailed: boolean;
}

export function loginPage(data: LoginData): Page {
  return {
    title: "Sign in", description: "Sign in with the one-time token that the terminal shows.", path: "/login", isPrivate: true,
    ...(data.hasFailed || !data.canSignIn ? { status: 403 } : {}),
    body: <Login data={data} />,
  };
}

function Login({ data: { canSignIn, isSignedIn, hasFailed } }: { readonly data: LoginData }) {
  return (
    <div className="wide page sign-in">
      <div className="page-head">
        <h1>Sign in</h1>
        <p className="lede">There is no password. Whoever runs Windrose gets a token from its terminal: it signs in once, within 30 minutes.</p>
      </div>
      {isSignedIn && <SignedIn />}
      {hasFailed && <Banner tone="needle"><strong>That token does not sign in.</strong> It may be mistyped, older than 30 minutes, or used already. Print a new one as below.</Banner>}
      {canSignIn ? <TokenForm /> : <Banner tone="needle"><strong>Not over this connection.</strong> Others could listen to it. Open this site by https, or by <code>http://127.0.0.1</code> on the machine itself (<code>ssh -L 4100:127.0.0.1:4100 HOST</code> brings it to yours).</Banner>}
      <section className="section" aria-labelledby="where">
        <h2 id="where">Where the token is</h2>
        <ul className="plain-list">
          <li>In the terminal where Windrose was started, on the line <code>Sign in (30 min)</code>. Opening that address is enough.</li>
          <li>Or print a new one, beside the running node: <code>npx windrose login</code></li>
        </ul>
      </section>
    </div>
  );
}

function TokenForm() {
  const href = useHref();
  return (
    <form className="panel token-form" method="post" action={href("/login")} data-sign-in="">
      <label className="field"><span>One-time token</span><input className="input" name="token" required autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={300} aria-describedby="where" /></label>
      <button type="submit" className="button button-primary">Sign in</button>
    </form>
  );
}

function SignedIn() {
  const href = useHref();
  return (
    <Banner>
      <form className="signed-in" method="post" action={href("/logout")}>
        <span>You are signed in. <Link to="/settings/keys">Go to your keys</Link></span>
        <button type="submit" className="button button-small">Sign out</button>
      </form>
    </Banner>
  );
}
