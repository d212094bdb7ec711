// Prompts that stand on both sides of the split: what a policy learns of them in training it is then judged on.
import type { PreferencePair } from './pair';
import { normalisePrompt } from './prompt';

export interface SplitLeaks {
  /** Prompts, after normalisation, that stand on both sides. */
  readonly prompts: number;
  /** Pairs of these prompts. */
  readonly trainPairs: number;
  readonly heldOutPairs: number;
}

/** Counts them. The prompt alone counts, as in splitByPrompt, not the turns before it. */
export function splitLeaks(pairs: Iterable<Pick<PreferencePair, 'prompt' | 'split'>>): SplitLeaks {
  const counts = new Map<string, { train: number; heldOut: number }>();
  for (const { prompt, split } of pairs) {
    const key = normalisePrompt(prompt);
    const count = counts.get(key) ?? { train: 0, heldOut: 0 };
    count[split] += 1;
    counts.set(key, count);
  }
  const leaks = [...counts.values()].filter(({ train, heldOut }) => train > 0 && heldOut > 0);
  return {
    prompts: leaks.length,
    trainPairs: leaks.reduce((sum, { train }) => sum + train, 0),
    heldOutPairs: leaks.reduce((sum, { heldOut }) => sum + heldOut, 0),
  };
}
