// The preference pair: the unit of data that everything above the engine passes around.

/** How a pair came to be; ids are stable because recipes and stored datasets name them. */
export type PairSource = 'clair' | 'off_policy' | 'on_policy' | 'stronger' | 'written' | 'imported';

export type Split = 'train' | 'heldOut';

export interface PreferencePair {
  /** Unique within its dataset. */
  readonly id: string;
  /** What was asked, as plain text. */
  readonly prompt: string;
  /** The preferred completion (the paper's winner). */
  readonly chosen: string;
  /** The other completion (the paper's loser). */
  readonly rejected: string;
  /** Which side of the train / held-out line the pair's *prompt* lies on. */
  readonly split: Split;
  readonly source: PairSource;
  /** Why chosen is better, e.g. the reviser's reasoning. */
  readonly rationale?: string;
}
