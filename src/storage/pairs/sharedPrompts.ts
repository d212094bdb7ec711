// Prompts that stand on both sides of the split: a model trained on one side then knows the other. Pure, over columns.
import type { Columns } from './columns';
import type { LeakReport } from './protocol';

/** A prompt's two words as one number below 2⁵³ and the few bits that do not fit. */
const keyOf = (prompt: Uint32Array, row: number): number => prompt[row * 2]! * 0x20_0000 + (prompt[row * 2 + 1]! & 0x1f_ffff);

/** 1 for each living row whose prompt stands on both sides. */
export function sharedPrompts(columns: Columns): Uint8Array {
  const { count, alive, heldOut, prompt } = columns;
  const sides = new Map<number, number>();
  for (let row = 0; row < count; row++) {
    if (alive[row] === 1) sides.set(keyOf(prompt, row), (sides.get(keyOf(prompt, row)) ?? 0) | (heldOut[row] === 1 ? 2 : 1));
  }
  const out = new Uint8Array(count);
  for (let row = 0; row < count; row++) if (alive[row] === 1 && sides.get(keyOf(prompt, row)) === 3) out[row] = 1;
  return out;
}

/** Examples that a report of leaks gives at most. */
const MAX_EXAMPLES = 100;

export function leakReport(columns: Columns, shared: Uint8Array): LeakReport {
  const examples = new Map<number, number>();
  let [trainPairs, heldOutPairs] = [0, 0];
  for (let row = 0; row < columns.count; row++) {
    if (shared[row] !== 1) continue;
    if (columns.heldOut[row] === 1) {
      heldOutPairs += 1;
      continue;
    }
    trainPairs += 1;
    const key = keyOf(columns.prompt, row);
    if (!examples.has(key)) examples.set(key, row);
  }
  return { prompts: examples.size, trainPairs, heldOutPairs, examples: [...examples.values()].slice(0, MAX_EXAMPLES) };
}

/** Prompts that stand in both of two datasets. */
export function promptsInCommon(first: Columns, second: Columns): number {
  const prompts = ({ count, alive, prompt }: Columns): Set<number> => {
    const out = new Set<number>();
    for (let row = 0; row < count; row++) if (alive[row] === 1) out.add(keyOf(prompt, row));
    return out;
  };
  const others = prompts(second);
  let both = 0;
  for (const key of prompts(first)) if (others.has(key)) both += 1;
  return both;
}
