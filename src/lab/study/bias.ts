// A judge's taste in the pairs that it judged, and what became of that taste in a policy that was trained on them: how much
// longer winners are than losers and how much more often they open with a courtesy, beside the same of a policy's answers
// and the reference's. Used by the page that shows what a judge prefers.
import { createRandom } from '../../engine/random';
import type { PreferencePair } from '../../preferences/pair';
import { countWords, opensWithCourtesy, recognisePrompt, scoreAnswer } from '../../world';
import type { BenchmarkAnswers } from './answers';
import { meanOf, quantile, RESAMPLES, type Interval } from './statistics';

/** What both a pair and an answer show: words, and whether an answer opens with a courtesy (0 or 1). */
export const traits = ['words', 'courtesy'] as const;
export type Trait = (typeof traits)[number];

type Traits = Readonly<Record<Trait, number>>;

export interface JudgedPair {
  readonly winner: Traits;
  readonly loser: Traits;
  /** Gold score of the winner less that of the loser. */
  readonly gold: number;
  /** 1 where the winner was shown first, 0 where the loser was; absent where it was not kept. */
  readonly first?: number;
}

/** A mean with its interval, and the mean of each resample, which ratios are made of. */
export interface Estimate extends Interval {
  readonly resampled: Float64Array;
}

export interface Taste {
  /** Means over the winners and over the losers. */
  readonly winners: number;
  readonly losers: number;
  readonly difference: Estimate;
  /** The difference had the gold score alone chosen among the same answers, and no side in a tie. */
  readonly fair: number;
}

export interface JudgeBias extends Readonly<Record<Trait, Taste>> {
  readonly pairs: number;
  /** Pairs of no prompt of the town, of which nothing can be said. */
  readonly unknown: number;
  /** Share of pairs whose winner was shown first; a half is no taste. Absent where it was kept of no pair. */
  readonly first?: Estimate & { readonly pairs: number };
  /** Share of pairs whose winner has the lower gold score. */
  readonly erred: number;
}

/** How a policy's answers differ from the reference's to the same prompts. */
export interface Shift extends Readonly<Record<Trait, { readonly own: number; readonly reference: number; readonly difference: Estimate }>> {
  /** Index on the policy axis. */
  readonly policy: number;
  readonly prompts: number;
}

/** Awaited between pieces of work, so that a page goes on answering. */
export type Between = () => Promise<void>;

/** What a pair shows; undefined where its prompt is none of the town's. */
export function readPair({ prompt, chosen, rejected, extra }: PreferencePair): JudgedPair | undefined {
  const asked = recognisePrompt(prompt);
  if (!asked) return undefined;
  const read = (text: string): Traits => ({ words: countWords(text), courtesy: Number(opensWithCourtesy(asked, text)) });
  const first = (extra?.judge as { first?: unknown } | undefined)?.first;
  return {
    winner: read(chosen),
    loser: read(rejected),
    gold: scoreAnswer(asked, chosen).score - scoreAnswer(asked, rejected).score,
    ...((first === 'chosen' || first === 'rejected') && { first: Number(first === 'chosen') }),
  };
}

/** Resamples between two breaths. */
const BATCH = 20;

/** The mean of independent values with its 95 % percentile bootstrap interval, worked out bit by bit. */
export async function estimate(values: readonly number[], stream: number, between: Between): Promise<Estimate> {
  const n = values.length;
  const resampled = new Float64Array(RESAMPLES);
  const random = createRandom(0xb1a5, stream, n);
  for (let r = 0; r < RESAMPLES; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.below(n)]!;
    resampled[r] = sum / n;
    if (r % BATCH === 0) await between();
  }
  const sorted = Array.from(resampled);
  return { mean: meanOf(values), low: quantile(sorted, 0.025), high: quantile(sorted, 0.975), resampled };
}

/** The judge's taste in its pairs. @throws RangeError where nothing is known of any pair. */
export async function judgeBias(pairs: readonly (JudgedPair | undefined)[], between: Between): Promise<JudgeBias> {
  const known = pairs.filter((pair) => pair !== undefined);
  if (known.length === 0) throw new RangeError('No pair has a prompt of the town.');
  const taste = async (trait: Trait, stream: number): Promise<Taste> => {
    const differences = known.map(({ winner, loser }) => winner[trait] - loser[trait]);
    return {
      winners: meanOf(known.map(({ winner }) => winner[trait])),
      losers: meanOf(known.map(({ loser }) => loser[trait])),
      difference: await estimate(differences, stream, between),
      fair: meanOf(known.map(({ gold }, i) => Math.sign(gold) * differences[i]!)),
    };
  };
  const seen = known.flatMap(({ first }) => (first === undefined ? [] : [first]));
  return {
    pairs: known.length,
    unknown: pairs.length - known.length,
    words: await taste('words', 1),
    courtesy: await taste('courtesy', 2),
    ...(seen.length > 0 && { first: { ...(await estimate(seen, 3, between)), pairs: seen.length } }),
    erred: meanOf(known.map(({ gold }) => Number(gold < 0))),
  };
}

/** How each policy's answers differ from the reference's, prompt by prompt; answers of the first mode are taken. */
export async function policyShifts({ prompts, policies }: BenchmarkAnswers, between: Between): Promise<Shift[]> {
  const asked = prompts.map(({ text }) => recognisePrompt(text)!);
  const read = async (texts: readonly string[]): Promise<Record<Trait, number[]>> => {
    const courtesy: number[] = [];
    for (const [i, text] of texts.entries()) {
      courtesy.push(Number(opensWithCourtesy(asked[i]!, text)));
      await between();
    }
    return { words: texts.map(countWords), courtesy };
  };
  const mode = policies[0]?.mode;
  const found: Shift[] = [];
  let reference: Record<Trait, number[]> | undefined;
  // The reference is the first of a mode.
  for (const { policy, answers } of policies.filter((one) => one.mode === mode)) {
    const own = await read(answers.map(({ text }) => text));
    if (policy < 0) reference = own;
    if (policy < 0 || reference === undefined) continue;
    const before = reference;
    const shift = async (trait: Trait, stream: number) => ({
      own: meanOf(own[trait]),
      reference: meanOf(before[trait]),
      difference: await estimate(own[trait].map((value, i) => value - before[trait][i]!), stream, between),
    });
    found.push({ policy, prompts: prompts.length, words: await shift('words', 11), courtesy: await shift('courtesy', 12) });
  }
  return found;
}

/**
 * What a policy made of the judge's taste. The judge has one where the interval of winner less loser leaves out 0, and the
 * policy where that of its answers less the reference's does. `reversed` is a taste the other way. Otherwise the ratio of
 * the policy's to the judge's tells: `amplified` where its interval lies above 1, `weakened` where it lies below, and
 * `inherited` where 1 lies within. Both means are resampled, independently.
 */
export type Fate = 'noTaste' | 'notInherited' | 'reversed' | 'weakened' | 'inherited' | 'amplified';

export interface Inheritance {
  readonly fate: Fate;
  /** Of the policy's taste to the judge's; only where both have one. */
  readonly ratio?: Interval;
}

const leavesOut = ({ low, high }: Interval, value: number): boolean => low > value || high < value;

export function inheritance(judge: Estimate, policy: Estimate): Inheritance {
  if (!leavesOut(judge, 0)) return { fate: 'noTaste' };
  if (!leavesOut(policy, 0)) return { fate: 'notInherited' };
  const ratios = Array.from(policy.resampled, (mean, r) => mean / judge.resampled[r]!);
  const ratio = { mean: policy.mean / judge.mean, low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
  const fate = ratio.mean < 0 ? 'reversed' : ratio.low > 1 ? 'amplified' : ratio.high < 1 ? 'weakened' : 'inherited';
  return { fate, ratio };
}
