// The results table: one row for each dataset and objective of a round and one for what they began with, with intervals over
// prompts and seeds; to be sorted by any column, and written as CSV and as Markdown.
import { remark, remarkText, type Remark } from '../../engine/errors';
import type { DatasetKind } from '../making/spec';
import { answerModes, type AnswerMode } from './answers';
import { datasetName } from './facts';
import { objectiveName } from './plan';
import { bootstrapSeeds, lengthControlledWins, type Interval } from './statistics';
import type { PolicyScore, Round, StudyDocument } from './types';

export const scoreColumns = [
  'gold', 'correct', 'clear', 'engaging', 'harmless', 'wins', 'controlledWins', 'tokens', 'ended', 'distinct1', 'distinct2', 'entropy', 'kl',
] as const;
export type ScoreColumn = (typeof scoreColumns)[number];

/** Each column's heading. Shares and scores are in [0, 1]; length is in tokens, entropy in nats a token, KL in nats an answer. */
export const columnTitles: Readonly<Record<ScoreColumn, Remark>> = {
  gold: remark('Gold'),
  correct: remark('Correct'),
  clear: remark('Clear'),
  engaging: remark('Engaging'),
  harmless: remark('Harmless'),
  wins: remark('Win rate'),
  controlledWins: remark('Win rate, length-controlled'),
  tokens: remark('Tokens'),
  ended: remark('Ended'),
  distinct1: remark('Distinct-1'),
  distinct2: remark('Distinct-2'),
  entropy: remark('Entropy'),
  kl: remark('KL from the reference'),
};

export const modeTitles: Readonly<Record<AnswerMode, Remark>> = {
  greedy: remark('Greedy'),
  cool: remark('Sampled, T = 0.7'),
  sampled: remark('Sampled, T = 1'),
};

/** Entropy and KL only at temperature 1. */
export type ModeScores = Readonly<Partial<Record<ScoreColumn, Interval>>>;

export interface ResultRow {
  readonly round: Round;
  /** Absent in the row of what the round began with. */
  readonly kind?: DatasetKind;
  /** An id, or `before`. */
  readonly objective: string;
  readonly label: string;
  /** How many seeds the means are over. */
  readonly seeds: number;
  /** How many of them had to be stopped before the end. */
  readonly stopped: number;
  readonly modes: Readonly<Partial<Record<AnswerMode, ModeScores>>>;
}

export const BEFORE = 'before';

/** All rows, round by round: what it began with, then dataset by dataset in the order of the plan. Only what is done. */
export function resultsTable(document: StudyDocument): ResultRow[] {
  const { cells, baselines, plan } = document;
  const rounds = [...new Set(cells.map(({ round }) => round))].sort((a, b) => a - b);
  return rounds.flatMap((round) => {
    const before = baselines.filter((baseline) => baseline.round === round).map(({ scores }) => scores);
    const kinds = [...new Set(cells.filter((cell) => cell.round === round).map(({ kind }) => kind))];
    const rows = kinds.flatMap((kind) => {
      const mine = cells.filter((cell) => cell.round === round && cell.kind === kind);
      return plan.members.map(({ objective, label }, m): ResultRow => {
        const members = mine.flatMap((cell) => cell.members[m] ?? []);
        return {
          round, kind, objective, label: label ?? objectiveName(objective), seeds: members.length,
          stopped: members.filter(({ stopped }) => stopped).length,
          modes: modesOf(members.map(({ scores }) => scores)),
        };
      });
    });
    return [{ round, objective: BEFORE, label: BEFORE, seeds: before.length, stopped: 0, modes: modesOf(before) }, ...rows];
  });
}

function modesOf(bySeed: readonly (readonly PolicyScore[])[]): ResultRow['modes'] {
  return Object.fromEntries(
    answerModes.flatMap((mode) => {
      const scores = bySeed.flatMap((list) => list.find((score) => score.mode === mode) ?? []);
      return scores.length > 0 ? [[mode, modeScores(scores)]] : [];
    }),
  );
}

/** Every seed's policy answers the same prompts. */
const sameItems = { sameItems: true } as const;

function modeScores(scores: readonly PolicyScore[]): ModeScores {
  const over = (list: (score: PolicyScore) => readonly number[]): Interval => bootstrapSeeds(scores.map(list), sameItems);
  // One number a seed: an interval over seeds alone, and none of one seed.
  const single = (value: (score: PolicyScore) => number | undefined): Interval =>
    bootstrapSeeds(scores.map((score) => [value(score) ?? []].flat()), sameItems);
  const optional = (name: 'entropy' | 'kl', interval: Interval): ModeScores => (Number.isNaN(interval.mean) ? {} : { [name]: interval });
  return {
    gold: over(({ gold }) => gold.map((quarters) => quarters / 4)),
    correct: over(({ correct }) => correct),
    clear: over(({ clear }) => clear),
    engaging: over(({ engaging }) => engaging),
    harmless: over(({ harmless }) => harmless),
    wins: over(({ wins }) => wins),
    controlledWins: lengthControlledWins(scores.map(({ wins }) => wins), scores.map(({ longer }) => longer), sameItems),
    tokens: over(({ tokens }) => tokens),
    ended: over(({ ended }) => ended),
    distinct1: single(({ distinct1 }) => distinct1),
    distinct2: single(({ distinct2 }) => distinct2),
    ...optional('entropy', single(({ entropy }) => entropy)),
    ...optional('kl', over(({ kl }) => kl ?? [])),
  };
}

export type SortColumn = 'round' | 'dataset' | 'objective' | 'seeds' | ScoreColumn;

/** A new list sorted by a column, the scores of one mode; rows without a number come last either way, equal ones stay in order. */
export function sortRows(rows: readonly ResultRow[], by: { readonly column: SortColumn; readonly descending: boolean }, mode: AnswerMode): ResultRow[] {
  const sign = by.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: sortKey(row, by.column, mode) }));
  return keyed
    .sort(({ key: a }, { key: b }) => {
      if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
      if (typeof a === 'string' || typeof b === 'string') return sign * (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);
      return sign * (a - b);
    })
    .map(({ row }) => row);
}

function sortKey(row: ResultRow, column: SortColumn, mode: AnswerMode): number | string | undefined {
  switch (column) {
    case 'round':
    case 'seeds':
      return row[column];
    case 'dataset':
      return row.kind && datasetName(row.kind);
    case 'objective':
      return row.label;
    default: {
      const value = row.modes[mode]?.[column]?.mean;
      return value === undefined || Number.isNaN(value) ? undefined : value;
    }
  }
}

const DECIMALS: Readonly<Partial<Record<ScoreColumn, number>>> = { tokens: 1 };
const digits = (column: ScoreColumn, value: number): string => value.toFixed(DECIMALS[column] ?? 3);
const modesIn = (rows: readonly ResultRow[]): AnswerMode[] => answerModes.filter((mode) => rows.some(({ modes }) => modes[mode]));

/** A field of RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers are left alone. */
function csvField(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line for each row and mode; every score with the ends of its interval. Fields that were not measured are empty. */
export function toCsv(rows: readonly ResultRow[]): string {
  const head = ['round', 'dataset', 'objective', 'label', 'seeds', 'stopped', 'mode', ...scoreColumns.flatMap((name) => [name, `${name}_low`, `${name}_high`])];
  const lines = modesIn(rows).flatMap((mode) =>
    rows.flatMap(({ round, kind, objective, label, seeds, stopped, modes }) => {
      const scores = modes[mode];
      if (!scores) return [];
      const numbers = scoreColumns.flatMap((name): (string | number)[] => {
        const found = scores[name];
        return found ? [found.mean, found.low, found.high].map((value) => Number(digits(name, value))) : ['', '', ''];
      });
      return [[round, kind ?? '', objective, label, seeds, stopped, mode, ...numbers]];
    }),
  );
  return [head, ...lines].map((fields) => `${fields.map(csvField).join(',')}\r\n`).join('');
}

/**
 * A table for each round and mode, every score with its interval in brackets.
 * @param say the language of headings; English if left out.
 */
export function toMarkdown(rows: readonly ResultRow[], say: (words: Remark) => string = remarkText): string {
  const cell = (text: string): string => text.replace(/[\\|]/g, '\\$&').replace(/\s+/g, ' ');
  const line = (fields: readonly string[]): string => `| ${fields.map(cell).join(' | ')} |`;
  const rounds = [...new Set(rows.map(({ round }) => round))];
  const parts = rounds.flatMap((round) =>
    modesIn(rows).flatMap((mode) => {
      const mine = rows.filter((row) => row.round === round && row.modes[mode]);
      if (mine.length === 0) return [];
      const columns = scoreColumns.filter((name) => mine.some(({ modes }) => modes[mode]![name]));
      const lines = mine.map((row) =>
        line([
          row.kind ? datasetName(row.kind) : '–',
          row.objective === BEFORE ? say(remark('Before')) : row.label,
          ...columns.map((name) => {
            const found = row.modes[mode]![name];
            return found ? `${digits(name, found.mean)} [${digits(name, found.low)}, ${digits(name, found.high)}]` : '';
          }),
        ]),
      );
      const head = [say(remark('Dataset')), say(remark('Objective')), ...columns.map((name) => say(columnTitles[name]))];
      const title = say(remark('Round {round}: {mode}', { round, mode: say(modeTitles[mode]) }));
      return [[`## ${title}`, '', line(head), `|${' --- |'.repeat(2)}${' ---: |'.repeat(columns.length)}`, ...lines, ''].join('\n')];
    }),
  );
  return parts.join('\n');
}
