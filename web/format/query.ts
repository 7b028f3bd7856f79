/** "models=a/x:free,b/y&diff=1": a slash, a colon and a comma are themselves in a query, and so the address can be read. */
export function readableQuery(params: Iterable<readonly [string, string]>): string {
  return [...params].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%2C", ",")}`).join("&");
}
