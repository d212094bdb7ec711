// What a dataset is like in numbers: how alike the sides of its pairs are, how good, how long; and the paper's Table 1 of
// them, with intervals over pairs and seeds.
import type { Tokenizer } from '../../engine/tokenizer/tokenizer';
import { contrastiveness } from '../../preferences/contrastiveness';
import type { PreferencePair } from '../../preferences/pair';
import { countWords, recognisePrompt, scoreAnswer } from '../../world';
import type { DatasetKind } from '../making/spec';
import { bootstrapSeeds, meanOf, rounded, type Interval } from './statistics';
import type { DatasetFacts, Round, StudyDocument } from './types';

/** In the paper's words. */
const NAMES: Readonly<Record<DatasetKind, string>> = {
  clair: 'CLAIR',
  on_policy: 'On-policy judge',
  off_policy: 'Off-policy judge',
  off_policy_weak: 'Off-policy, weak winners',
  stronger: 'Stronger preferred',
};

export const datasetName = (kind: DatasetKind): string => NAMES[kind];

const DECIMALS = 4;
const EXAMPLE_QUANTILES = [0.1, 0.5, 0.9] as const;

/** A dataset's facts, in the order of its pairs. Gold scores are in [0, 1], and lists of none where a prompt is not the town's. */
export function datasetFacts(
  pairs: readonly PreferencePair[], about: Pick<DatasetFacts, 'kind' | 'seed' | 'round' | 'hash'>, tokenizer: Pick<Tokenizer, 'encode'>,
): DatasetFacts {
  const contrasts = pairs.map((pair) => contrastiveness(pair, (text) => tokenizer.encode(text)));
  const prompts = pairs.map(({ prompt }) => recognisePrompt(prompt));
  const gold = (side: 'chosen' | 'rejected'): number[] =>
    prompts.some((prompt) => prompt === null) ? [] : pairs.map((pair, i) => scoreAnswer(prompts[i]!, pair[side]).score);
  const wordJaccard = contrasts.map((one) => rounded(one.wordJaccard, DECIMALS));
  const order = wordJaccard.map((_, i) => i).sort((a, b) => wordJaccard[a]! - wordJaccard[b]! || a - b);
  return {
    ...about,
    wordJaccard,
    tokenJaccard: contrasts.map((one) => rounded(one.tokenJaccard!, DECIMALS)),
    levenshtein: contrasts.map((one) => one.levenshtein),
    lengthDifference: pairs.map(({ chosen, rejected }) => countWords(chosen) - countWords(rejected)),
    winnerGold: gold('chosen'),
    loserGold: gold('rejected'),
    examples: pairs.length === 0 ? [] : EXAMPLE_QUANTILES.map((at) => {
      const place = order[Math.round((pairs.length - 1) * at)]!;
      const { prompt, chosen, rejected } = pairs[place]!;
      return { quantile: at, prompt, chosen, rejected, wordJaccard: wordJaccard[place]! };
    }),
  };
}

/** Columns of Table 1, in its order; the paper has the first three. */
export const contrastMeasures = ['wordJaccard', 'tokenJaccard', 'levenshtein', 'lengthDifference', 'winnerGold', 'loserGold'] as const;
export type ContrastMeasure = (typeof contrastMeasures)[number];

export interface ContrastRow {
  readonly round: Round;
  readonly kind: DatasetKind;
  readonly seeds: readonly number[];
  /** Of all seeds together. */
  readonly pairs: number;
  /** Mean over seeds, with an interval over pairs and seeds. */
  readonly measures: Readonly<Record<ContrastMeasure, Interval>>;
  /** The mean of each seed, in the order of `seeds`. */
  readonly bySeed: Readonly<Record<ContrastMeasure, readonly number[]>>;
}

/** Table 1 of the paper: a row for each dataset and round, in the order in which they were made. */
export function contrastivenessTable({ datasets }: StudyDocument): ContrastRow[] {
  const groups = new Map<string, DatasetFacts[]>();
  for (const facts of datasets) {
    const key = `${facts.round} ${facts.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), facts]);
  }
  const each = <T>(value: (measure: ContrastMeasure) => T): Record<ContrastMeasure, T> =>
    Object.fromEntries(contrastMeasures.map((measure) => [measure, value(measure)])) as Record<ContrastMeasure, T>;
  return [...groups.values()]
    .map((group): ContrastRow => ({
      round: group[0]!.round,
      kind: group[0]!.kind,
      seeds: group.map(({ seed }) => seed),
      pairs: group.reduce((total, { wordJaccard }) => total + wordJaccard.length, 0),
      measures: each((measure) => bootstrapSeeds(group.map((facts) => facts[measure]), { sameItems: false })),
      bySeed: each((measure) => group.map((facts) => meanOf(facts[measure]))),
    }))
    .sort((a, b) => a.round - b.round);
}
