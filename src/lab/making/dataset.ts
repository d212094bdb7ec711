// A whole dataset that the lab makes: training and held-out pairs of one kind, from one model and one seed. The last few are
// remembered, since every cohort of a grid that is trained on one asks for it again.
import type { Tokenizer } from '../../engine/tokenizer/tokenizer';
import type { Cohort } from '../../engine/training/types';
import type { PreferencePair } from '../../preferences/pair';
import { makePairs, type PromptPart } from './makePairs';
import type { JudgeFaults, MadeName } from './spec';

export interface MakeSpec extends MadeName {
  readonly train: number;
  readonly heldOut: number;
  readonly judge?: JudgeFaults;
}

export interface Maker {
  readonly cohort: Pick<Cohort, 'sample'>;
  readonly tokenizer: Tokenizer;
  /** Awaited between batches of answers; `share` of the whole, from 0 to 1. False ends the making. */
  readonly onProgress?: (share: number) => boolean | void | Promise<boolean | void>;
}

/** Training pairs first. Undefined when `onProgress` ended it: half a dataset is none. */
export async function makeDataset(spec: MakeSpec, { cohort, tokenizer, onProgress }: Maker): Promise<PreferencePair[] | undefined> {
  const { kind, seed, tuning, train, heldOut, judge } = spec;
  const whole = Math.max(1, train + heldOut);
  let done = 0;
  let ended = false;
  const make = (part: PromptPart, count: number): Promise<PreferencePair[]> =>
    makePairs({
      dataset: kind, part, count, seed, model: cohort, tokenizer,
      ...(judge && { biases: judge }),
      onProgress: async (made) => {
        ended ||= (await onProgress?.((done + made) / whole)) === false;
        return !ended;
      },
    });
  const first = await make('train', train);
  done = train;
  const second = ended ? [] : await make(tuning ? 'tuning' : 'heldOut', heldOut);
  return ended ? undefined : [...first, ...second];
}

/** Datasets that are remembered: those of one seed, and one more. */
const REMEMBERED = 6;

/** Makes datasets, and gives again what it has made before from the same model; `known` gives that alone. */
export function createMakings() {
  const made = new Map<string, PreferencePair[]>();
  const keyOf = ({ kind, seed, tuning, train, heldOut, judge }: MakeSpec, modelHash: string): string =>
    JSON.stringify([modelHash, kind, seed, tuning, train, heldOut, judge ?? null]);
  const make = async (spec: MakeSpec, modelHash: string, maker: Maker): Promise<PreferencePair[] | undefined> => {
    const key = keyOf(spec, modelHash);
    const known = made.get(key);
    if (known) return known;
    const pairs = await makeDataset(spec, maker);
    if (pairs === undefined) return undefined;
    if (made.size >= REMEMBERED) made.delete(made.keys().next().value!);
    made.set(key, pairs);
    return pairs;
  };
  return Object.assign(make, { known: (spec: MakeSpec, modelHash: string): readonly PreferencePair[] | undefined => made.get(keyOf(spec, modelHash)) });
}

export type Makings = ReturnType<typeof createMakings>;
