/** A share of a whole as a bar the length of a word, beside its figure: the figure says it, the bar shows it. */
export function ShareBar({ share }: { readonly share: number }) {
  return (
    <svg className="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect className="share-track" width="100" height="8" rx="1" />
      <rect className="share-part" width={(Math.min(1, Math.max(0, share)) * 100).toFixed(2)} height="8" rx="1" />
    </svg>
  );
}
