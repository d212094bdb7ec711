// What the town says about an answer, as data that can be shown in any language. Made by the scorer.
import type { Remark } from '../engine/errors';

export { remark, remarkText, type Remark } from '../engine/errors';

/** The town's verdict on one answer, computed from its text. */
export interface GoldVerdict {
  /** In [0, 1]: half for `correct`, a quarter each for `clear` and `engaging`. */
  readonly score: number;
  /** Each aspect in [0, 1]: correct, clear, engaging, harmless. */
  readonly aspects: Readonly<Record<string, number>>;
  /** What is wrong; empty exactly when the score is 1. */
  readonly problems: readonly Remark[];
}
