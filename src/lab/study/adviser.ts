// Which variant of APO? From how a dataset's winners compare with the model's own answers: the paper's rule, with its evidence;
// and the record of that advice over a study's grid, wrong calls included.
import { remark, type Remark } from '../../engine/errors';
import type { DatasetKind } from '../making/spec';
import { goldBefore, goldOf, memberOf, signed } from './pieces';
import { bootstrapDifference, bootstrapMean, shareInterval, type Interval } from './statistics';
import type { Round, StudyDocument } from './types';

export interface AdviserEvidence {
  /** Gold score, or a judge's, of each winner and of each own answer of the model, on one scale. */
  readonly winnerGold: readonly number[];
  readonly ownGold: readonly number[];
  /** Whether place i of the winners and of the own answers is the same prompt. */
  readonly paired: boolean;
  /** Of each pair's loser, where known, in the order of the winners. */
  readonly loserGold?: readonly number[];
  readonly wordJaccard: readonly number[];
  /** Log-probability under the model over tokens, in nats; empty where it was not measured. */
  readonly winnerLogProbPerToken: readonly number[];
  readonly ownLogProbPerToken: readonly number[];
}

export type Variant = 'apo_zero' | 'apo_down';
export type Call = Variant | 'neither';

export interface Advice {
  readonly advice: Call;
  readonly reasons: readonly Remark[];
  /** Mean score of the winners less that of the model's own answers. */
  readonly winnerOverOwn: Interval;
  /** Shares of prompts whose winner is better, or worse, than the model's own answer; only of paired evidence. */
  readonly better?: Interval;
  readonly worse?: Interval;
  readonly winnerOverLoser?: Interval;
  readonly wordJaccard: Interval;
  /** Log-probability a token of the winners less that of the own answers. */
  readonly likelihood?: Interval;
}

/** With fewer a bootstrap interval is too narrow to rely on. */
const FEWEST = 20;
/** CLAIR's pairs lie about .6 and those of independent answers about .3. */
const CONTRASTIVE = 0.45;

/** Advice by the paper's rule (section 4): winners better than the model call for APO-zero, worse ones for APO-down. */
export function advise(evidence: AdviserEvidence): Advice {
  const { winnerGold, ownGold, loserGold, paired, wordJaccard, winnerLogProbPerToken: winners, ownLogProbPerToken: own } = evidence;
  const winnerOverOwn = bootstrapDifference(winnerGold, ownGold, { paired });
  const winnerOverLoser = loserGold && loserGold.length > 0 ? bootstrapDifference(winnerGold, loserGold, { paired: true }) : undefined;
  const jaccard = bootstrapMean(wordJaccard);
  const likelihood = winners.length > 0 && own.length > 0 ? bootstrapDifference(winners, own, { paired: paired && winners.length === own.length }) : undefined;
  const share = (sign: number): Interval => shareInterval(winnerGold.map((gold, i) => (Math.sign(gold - ownGold[i]!) === sign ? 1 : 0)));
  const [advice, reason] = decide(Math.min(winnerGold.length, ownGold.length), winnerOverOwn, winnerOverLoser);
  return {
    advice,
    reasons: [reason, ...(wordJaccard.length > 0 ? [contrastReason(jaccard)] : []), ...(likelihood ? [likelihoodReason(likelihood)] : [])],
    winnerOverOwn,
    ...(paired && { better: share(1), worse: share(-1) }),
    ...(winnerOverLoser && { winnerOverLoser }),
    wordJaccard: jaccard,
    ...(likelihood && { likelihood }),
  };
}

const range = ({ mean, low, high }: Interval): { mean: string; low: string; high: string } => ({ mean: signed(mean), low: signed(low), high: signed(high) });

function decide(count: number, winnerOverOwn: Interval, winnerOverLoser: Interval | undefined): [Call, Remark] {
  if (count < FEWEST) {
    return ['neither', remark('There are {count} answers to compare, and at least {fewest} are needed.', { count, fewest: FEWEST })];
  }
  if (winnerOverLoser && winnerOverLoser.low <= 0) {
    return ['neither', remark('The winners are not clearly better than the losers ({mean}, 95 % interval {low} to {high}): the pairs have nothing to teach.', range(winnerOverLoser))];
  }
  if (winnerOverOwn.low > 0) {
    return ['apo_zero', remark('The winners score better than the model’s own answers ({mean}, 95 % interval {low} to {high}): APO-zero pulls towards them.', range(winnerOverOwn))];
  }
  if (winnerOverOwn.high < 0) {
    return ['apo_down', remark('The winners score worse than the model’s own answers ({mean}, 95 % interval {low} to {high}): APO-down learns the difference without pulling towards them.', range(winnerOverOwn))];
  }
  return ['neither', remark('The winners score neither clearly better nor clearly worse than the model’s own answers ({mean}, 95 % interval {low} to {high}).', range(winnerOverOwn))];
}

function contrastReason({ mean }: Interval): Remark {
  const values = { share: mean.toFixed(2) };
  return mean >= CONTRASTIVE
    ? remark('The pairs are contrastive: the Jaccard similarity of their sides’ words is {share}.', values)
    : remark('The pairs are not contrastive: the Jaccard similarity of their sides’ words is {share}, so much of what they teach is another wording.', values);
}

function likelihoodReason(likelihood: Interval): Remark {
  const values = range(likelihood);
  if (likelihood.high < 0) return remark('The winners are less likely under the model than its own answers ({mean} nats a token, 95 % interval {low} to {high}).', values);
  if (likelihood.low > 0) return remark('The winners are more likely under the model than its own answers ({mean} nats a token, 95 % interval {low} to {high}).', values);
  return remark('The winners are about as likely under the model as its own answers ({mean} nats a token, 95 % interval {low} to {high}).', values);
}

/** One cell's call, and what the benchmark then said. */
export interface AdviserCall {
  readonly round: Round;
  readonly kind: DatasetKind;
  readonly seed: number;
  readonly advice: Advice;
  /** Benchmark gold of the policy trained with APO-zero less that of APO-down, prompt by prompt. */
  readonly zeroOverDown: Interval;
  /** The variant that did better, where the interval leaves 0 out. */
  readonly better?: Variant;
  /** Undecided where there was no call, or the benchmark tells no difference. */
  readonly outcome: 'right' | 'wrong' | 'undecided';
}

export type AdviserRecord = readonly AdviserCall[];

/**
 * The advice for every cell of a study that trained both variants, from the dataset's own numbers and the answers of the
 * policy that the cell began with, held against the benchmark.
 */
export function adviserRecord(document: StudyDocument): AdviserRecord {
  return document.cells.flatMap((cell): AdviserCall[] => {
    const { round, kind, seed } = cell;
    const facts = document.datasets.find((one) => one.round === round && one.kind === kind && one.seed === seed);
    const before = goldBefore(document, cell);
    const zero = goldOf(memberOf(cell, 'apo_zero')?.scores);
    const down = goldOf(memberOf(cell, 'apo_down')?.scores);
    if (!facts || facts.winnerGold.length === 0 || !before || !zero || !down) return [];
    const advice = advise({
      winnerGold: facts.winnerGold, ownGold: before, paired: false, loserGold: facts.loserGold,
      wordJaccard: facts.wordJaccard, winnerLogProbPerToken: [], ownLogProbPerToken: [],
    });
    const zeroOverDown = bootstrapDifference(zero, down, { paired: true });
    const better = zeroOverDown.low > 0 ? 'apo_zero' : zeroOverDown.high < 0 ? 'apo_down' : undefined;
    const outcome = advice.advice === 'neither' || !better ? 'undecided' : better === advice.advice ? 'right' : 'wrong';
    return [{ round, kind, seed, advice, zeroOverDown, ...(better && { better }), outcome }];
  });
}
