// The rule by which a dataset was split, as its provenance keeps it: which share of the prompts is held out, by which seed.

export interface SplitRule {
  /** From 0 to 1. */
  readonly heldOutShare: number;
  readonly seed: number;
}

/** What the provenance says where the split follows no rule any more. */
export const BY_HAND = 'changed by hand';

export function splitRuleText({ heldOutShare, seed }: SplitRule): string {
  return `${heldOutShare} held out by prompt, seed ${seed}`;
}

/** The rule that a provenance names; undefined where the split came with the rows or was made by hand. */
export function splitRuleOf({ split = '' }: Readonly<Record<string, string>>): SplitRule | undefined {
  const [, share, seed] = /^([\d.e+-]+) held out by prompt, seed (\d+)$/.exec(split) ?? [];
  return share === undefined ? undefined : { heldOutShare: Number(share), seed: Number(seed) };
}
