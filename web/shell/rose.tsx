/** The mark: an eight-point rose on a grid of 24, its north petal red. */
export function Rose({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path fill="currentColor" opacity="0.45" d="M12 12 15.6 6.2 17.7 6.3 17.8 8.4zM12 12 17.8 15.6 17.7 17.7 15.6 17.8zM12 12 8.4 17.8 6.3 17.7 6.2 15.6zM12 12 6.2 8.4 6.3 6.3 8.4 6.2z" />
      <path fill="currentColor" d="M12 12 14 10 23 12 14 14zM12 12 14 14 12 23 10 14zM12 12 10 14 1 12 10 10z" />
      <path className="rose-north" d="M12 12 10 10 12 1 14 10z" />
    </svg>
  );
}
