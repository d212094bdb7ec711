// What the findings and the adviser's record look up in a study's document: cells by dataset, a member's figures by its
// objective, and what a cell began with.
import type { DatasetKind } from '../making/spec';
import type { CellResult, MemberResult, PolicyScore, Round, StudyDocument } from './types';

/** Answers are judged as sampled at temperature 1: the damage that training does is in the tail, which greedy answers hide. */
export const JUDGED_MODE = 'sampled';

/** The cells of one dataset, one for each seed. */
export interface Group {
  readonly kind: DatasetKind;
  readonly cells: readonly CellResult[];
}

/** A round's cells by dataset, in the order in which they were made. */
export function groupsOf({ cells }: StudyDocument, round: Round): Group[] {
  const mine = cells.filter((cell) => cell.round === round);
  return [...new Set(mine.map(({ kind }) => kind))].map((kind) => ({ kind, cells: mine.filter((cell) => cell.kind === kind) }));
}

/** The first member with an objective: a plan has one of each that the findings speak of. */
export const memberOf = ({ members }: CellResult, objective: string): MemberResult | undefined =>
  members.find(({ member }) => member.objective === objective);

/** Gold scores in [0, 1], one for each prompt of the benchmark; undefined where there are none. */
export function goldOf(scores: readonly PolicyScore[] | undefined): readonly number[] | undefined {
  const gold = scores?.find(({ mode }) => mode === JUDGED_MODE)?.gold;
  return gold && gold.length > 0 ? gold.map((quarters) => quarters / 4) : undefined;
}

/** Gold scores of the policy that a cell began with. */
export function goldBefore({ baselines }: StudyDocument, { round, seed }: Pick<CellResult, 'round' | 'seed'>): readonly number[] | undefined {
  return goldOf(baselines.find((one) => one.round === round && (one.seed === undefined || one.seed === seed))?.scores);
}

/** With a sign, as changes are told. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

