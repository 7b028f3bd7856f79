/**
 * An address from the terminal brings its token behind the "#", which no server sees. It leaves the address before anything else happens,
 * so that neither the history nor a copied address holds it.
 */
export function signInByAddress(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-sign-in]");
  if (form === null) return;
  signIn(form);
  // Where the page is open already, the address changes nothing but its end.
  addEventListener("hashchange", () => signIn(form));
}

function signIn(form: HTMLFormElement): void {
  const token = /^#token=(\w+)$/.exec(location.hash)?.[1];
  const field = form.elements.namedItem("token");
  if (token === undefined || !(field instanceof HTMLInputElement)) return;
  history.replaceState(null, "", location.pathname);
  field.value = token;
  form.requestSubmit();
}
