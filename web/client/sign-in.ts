/**
 * An address from the terminal brings its token behind the "#", which no server sees. It leaves the address before anything else happens,
 * so that neither the history nor a copied address holds it.
 */
export function signInByAddress(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-sign-in]");
  const token = /^#token=(\w+)$/.exec(location.hash)?.[1];
  const field = form?.elements.namedItem("token");
  if (form === null || token === undefined || !(field instanceof HTMLInputElement)) return;
  history.replaceState(null, "", location.pathname);
  field.value = token;
  form.requestSubmit();
}
