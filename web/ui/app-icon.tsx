/** The initial of an app, for the eye alone: its own icon would be a request to another host. */
export function AppIcon({ name, size = 24 }: { readonly name: string; readonly size?: number }) {
  return (
    <svg className="app-icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <rect width="24" height="24" rx="4" />
      <text x="12" y="12" dy="0.35em" textAnchor="middle">{[...name][0]?.toUpperCase() ?? ""}</text>
    </svg>
  );
}
