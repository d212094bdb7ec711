// Metrics of a batch of pairs under TRL's names, and the mismatched sequences of KTO's estimate.
import type { EncodedSequence, ScoredPair } from './types';

export interface PairScores {
  readonly policyChosen: readonly number[];
  readonly policyRejected: readonly number[];
  readonly referenceChosen: readonly number[];
  readonly referenceRejected: readonly number[];
}

/**
 * Rewards are β times the log-ratio whatever the loss, and accuracy is a strict `>`, as in TRL's DPOTrainer.
 * @param loss one number a pair.
 */
export function pairMetrics(scores: PairScores, loss: ArrayLike<number>, beta: number): Record<string, number> {
  const rewards = (policy: readonly number[], reference: readonly number[]) =>
    policy.map((value, i) => beta * (value - reference[i]!));
  const chosen = rewards(scores.policyChosen, scores.referenceChosen);
  const rejected = rewards(scores.policyRejected, scores.referenceRejected);
  return {
    loss: mean(Array.from(loss)),
    'logps/chosen': mean(scores.policyChosen),
    'logps/rejected': mean(scores.policyRejected),
    'rewards/chosen': mean(chosen),
    'rewards/rejected': mean(rejected),
    'rewards/margins': mean(chosen.map((value, i) => value - rejected[i]!)),
    'rewards/accuracies': mean(chosen.map((value, i) => (value > rejected[i]! ? 1 : 0))),
  };
}

/**
 * Each prompt followed by the next pair's completions, chosen then rejected: completions rotated by one in the batch.
 * A long prompt may not have room for another's completion: what goes beyond `context` tokens is cut off.
 */
export function mismatchedSequences(pairs: readonly ScoredPair[], context: number): EncodedSequence[] {
  const rotate = (side: 'chosen' | 'rejected') =>
    pairs.map((pair, i): EncodedSequence => {
      const prompt = pair[side].ids.slice(0, pair[side].completionStart);
      const other = pairs[(i + 1) % pairs.length]![side];
      const ids = [...prompt, ...other.ids.slice(other.completionStart)].slice(0, context);
      return { ids, completionStart: prompt.length };
    });
  return [...rotate('chosen'), ...rotate('rejected')];
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
