import type { ModelRow } from "./model-row.ts";

/** A model with everything that the list can be filtered and sorted by: a row of `/api/ui/v1/models`. */
export interface IndexedModel extends ModelRow {
  readonly tokenizer: string;
  readonly family?: string;
  readonly distillable?: boolean;
  /** What is sold now or was: the provider's slug and name, and where it stands. */
  readonly offers: readonly Offer[];
}

export interface Offer {
  readonly slug: string;
  readonly name: string;
  readonly zdr?: boolean;
  readonly eu?: boolean;
  readonly us?: boolean;
}

export interface ModelIndex {
  /** Milliseconds since the epoch, by the server's clock: ages count from here. */
  readonly now: number;
  /** Of the models' figures: their window, count, time and origin in words. */
  readonly source: string;
  /** The listed models, in the order of the unsorted list. */
  readonly models: readonly IndexedModel[];
}
