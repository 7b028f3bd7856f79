import type { ReactNode } from "react";

interface EmptyStateProps {
  /** Why there is nothing. */
  readonly reason: ReactNode;
  /** The one next step. */
  readonly action?: ReactNode;
}

export function EmptyState({ reason, action }: EmptyStateProps) {
  return (
    <div className="empty">
      <svg width="48" height="48" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="0.6" aria-hidden="true"><path d="M12 2l2 8 8 2-8 2-2 8-2-8-8-2 8-2z" /><circle cx="12" cy="12" r="7" strokeDasharray="1 2" /></svg>
      <p>{reason}</p>
      {action !== undefined && <p>{action}</p>}
    </div>
  );
}
