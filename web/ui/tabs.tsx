import type { ReactNode } from "react";

export interface Tab {
  /** Unique in its group; kept in the browser as the reader's choice. */
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

interface TabsProps {
  /** Names the list of tabs: "Code sample language". */
  readonly label: string;
  /** Groups of the same name share the reader's choice; unique per page for its ids. */
  readonly group: string;
  readonly tabs: readonly Tab[];
}

/** Panels of which one is shown (client/tabs.ts); all of them, each under its name, where no script runs. */
export function Tabs({ label, group, tabs }: TabsProps) {
  return (
    <div className="tabs" data-tabs={group}>
      <div className="tablist needs-js" role="tablist" aria-label={label}>
        {tabs.map((tab, index) => (
          <button key={tab.id} type="button" role="tab" id={`${group}-tab-${tab.id}`} data-tab={tab.id} aria-controls={`${group}-${tab.id}`} aria-selected={index === 0} tabIndex={index === 0 ? 0 : -1}>
            {tab.label}
          </button>
        ))}
      </div>
      {tabs.map((tab, index) => (
        <div key={tab.id} className="tabpanel" role="tabpanel" id={`${group}-${tab.id}`} aria-labelledby={`${group}-tab-${tab.id}`} data-selected={index === 0 ? "" : undefined} data-name={tab.label}>
          {tab.content}
        </div>
      ))}
    </div>
  );
}
