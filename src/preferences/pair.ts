// The preference pair: the unit of data that everything above the engine passes around.

/** How a pair came to be; ids are stable because recipes and stored datasets name them. */
export type PairSource = 'clair' | 'off_policy' | 'on_policy' | 'stronger' | 'written' | 'imported';

export type Split = 'train' | 'heldOut';

/** One message of a conversation. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface PreferencePair {
  /** Unique within its dataset. */
  readonly id: string;
  /** What stands before the prompt: a system message, earlier turns. Left out where there is nothing. */
  readonly history?: readonly Turn[];
  /** What was asked, as plain text; in a conversation its last user turn. */
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
  /** A person's own labels, each once. */
  readonly tags?: readonly string[];
  /** How good each side is by whoever rated them, e.g. a judge's scores; the scale is the dataset's own. */
  readonly scores?: { readonly chosen?: number; readonly rejected?: number };
  /** Columns of an imported row that the lab has no use for, kept for export. */
  readonly extra?: Readonly<Record<string, unknown>>;
}
