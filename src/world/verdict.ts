// What the town says about an answer, as data that can be shown in any language. Made by the scorer and the reviser.
import { fillSlots, type ErrorValues } from '../engine/errors';

/** A sentence for a person: an English template with `{slots}`, which is also the key of its translation, and their values. */
export interface Remark {
  readonly template: string;
  readonly values: ErrorValues;
}

/** Makes a remark. The first argument is a string literal, so that it can be extracted for translation. */
export function remark(template: string, values: ErrorValues = {}): Remark {
  return { template, values };
}

/** A remark in English. */
export function remarkText({ template, values }: Remark): string {
  return fillSlots(template, values);
}

/** The town's verdict on one answer, computed from its text. */
export interface GoldVerdict {
  /** In [0, 1]: half for `correct`, a quarter each for `clear` and `engaging`. */
  readonly score: number;
  /** Each aspect in [0, 1]: correct, clear, engaging, harmless. */
  readonly aspects: Readonly<Record<string, number>>;
  /** What is wrong; empty exactly when the score is 1. */
  readonly problems: readonly Remark[];
}
