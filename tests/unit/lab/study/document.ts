// A study small enough to be worked out by hand: the tests say what each policy scores, and the rest is filled in.
import type { DatasetKind } from '../../../../src/lab/making/spec';
import type { Member } from '../../../../src/lab/recipe';
import type { AnswerMode } from '../../../../src/lab/study/answers';
import type { BaselineResult, CellResult, DatasetFacts, MemberResult, PolicyScore, Round, StudyDocument } from '../../../../src/lab/study/types';

export const member = (objective: string): Member => ({ objective, beta: 0.2, learningRate: 3e-4, hyper: {} });

/** Scores whose gold is as given, in quarters; what is better than 2 wins. */
export function score(gold: readonly number[], more: Partial<PolicyScore> = {}, mode: AnswerMode = 'sampled'): PolicyScore {
  const all = (value: number): number[] => gold.map(() => value);
  return {
    mode, gold, correct: gold.map((quarters) => (quarters >= 2 ? 1 : 0)), clear: all(1), engaging: all(0), harmless: all(1), ended: all(1),
    tokens: all(20), words: all(15), wins: gold.map((quarters) => (Math.sign(quarters - 2) + 1) / 2), longer: all(0),
    distinct1: 0.25, distinct2: 0.5, ...more,
  };
}

export function result(objective: string, gold: readonly number[], more: Partial<MemberResult> = {}): MemberResult {
  return { member: member(objective), label: objective, steps: [0, 10], curves: {}, change: { chosen: [], rejected: [] }, scores: [score(gold)], ...more };
}

export function cell(kind: DatasetKind, seed: number, members: readonly MemberResult[], round: Round = 1): CellResult {
  return { kind, seed, round, dataHash: 'd', modelHash: 'm', reference: { 'eval_logps/chosen': -7, 'eval_logps/rejected': -9 }, members, trainMs: 1 };
}

export function facts(kind: DatasetKind, seed: number, more: Partial<DatasetFacts> = {}): DatasetFacts {
  return {
    kind, seed, round: 1, hash: 'd', wordJaccard: [0.5, 0.5], tokenJaccard: [0.5, 0.5], levenshtein: [40, 40], lengthDifference: [0, 0],
    winnerGold: [1, 1], loserGold: [0.5, 0.5], examples: [], ...more,
  };
}

export const baseline = (gold: readonly number[], round: Round = 1, seed?: number): BaselineResult => ({
  round, ...(seed !== undefined && { seed }), modelHash: 'm', scores: [score(gold, { wins: gold.map(() => 0.5) })],
});

export function study(parts: Pick<StudyDocument, 'datasets' | 'baselines' | 'cells'>): StudyDocument {
  const { datasets, cells } = parts;
  const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
  return {
    version: 1,
    plan: {
      version: 1,
      name: 'By hand',
      datasets: unique([...datasets, ...cells].filter(({ round }) => round === 1).map(({ kind }) => kind)),
      members: cells[0]?.members.map((one) => one.member) ?? [],
      seeds: unique([...datasets, ...cells].map(({ seed }) => seed)),
      train: 2, heldOut: 2,
      schedule: { steps: 10, batchSize: 2, warmupSteps: 0, decay: 'constant', maxGradNorm: 1, weightDecay: 0 },
      evaluation: { every: 10, samples: 0 },
      benchmark: { prompts: 4, seed: 1, modes: ['sampled'], part: 'benchmark' },
    },
    createdAt: '2026-01-01T00:00:00Z', lab: '1', runtime: 'Node', adapters: ['cpu'], elapsedMs: 1,
    ...parts,
  };
}
