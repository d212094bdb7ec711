// The words for studies and their cells. Used by every part of the paper's page.
import { kindTitle } from '../../components/datasetKinds';
import { formatCount, formatFixed } from '../../components/format';
import { t } from '../../components/text';
import type { DatasetKind } from '../../lab/making/spec';
import type { AnswerMode } from '../../lab/study/answers';
import type { StudyProgress } from '../../lab/study/execute';
import { cellsOf, objectiveName, type CellKey } from '../../lab/study/plan';
import type { Round, StudyPlan } from '../../lab/study/types';

/** What the page needs of a time: minutes, not seconds, once there are many. */
export function spanText(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 1.5) return t('{count, plural, one {# second} other {# seconds}}', { count: Math.max(1, Math.round(ms / 1000)) });
  if (minutes < 90) return t('{count, plural, one {# minute} other {# minutes}}', { count: Math.round(minutes) });
  return t('{hours} hours', { hours: formatFixed(minutes / 60, 1) });
}

export const roundName = (round: Round): string => (round === 1 ? t('First round') : t('Second round'));

/** A dataset where both rounds stand side by side. */
export const datasetIn = (kind: DatasetKind, round: Round): string => (round === 1 ? kindTitle(kind) : t('{kind}, second round', { kind: kindTitle(kind) }));

export function cellName({ kind, seed, round }: CellKey): string {
  const cell = { kind: kindTitle(kind), seed };
  return round === 1 ? t('{kind}, seed {seed}', cell) : t('{kind}, seed {seed}, second round', cell);
}

export function stageName(stage: StudyProgress['stage']): string {
  switch (stage) {
    case 'data':
      return t('making the pairs');
    case 'train':
      return t('training');
    case 'answers':
      return t('answering the benchmark');
  }
}

export function modeName(mode: AnswerMode): string {
  switch (mode) {
    case 'greedy':
      return t('Greedy');
    case 'cool':
      return 'T 0.7';
    case 'sampled':
      return 'T 1';
  }
}

/** A plan in one line. */
export function planLine(plan: StudyPlan): string {
  const { datasets, members, seeds, train, heldOut, schedule, benchmark, secondRound } = plan;
  const parts = [
    t('{datasets, plural, one {# dataset} other {# datasets}} × {objectives, plural, one {# objective} other {# objectives}} × {seeds, plural, one {# seed} other {# seeds}}', {
      datasets: datasets.length, objectives: members.length, seeds: seeds.length,
    }),
    t('{train} + {heldOut} pairs', { train: formatCount(train), heldOut: formatCount(heldOut) }),
    t('{steps} steps of {batch}', { steps: formatCount(schedule.steps), batch: schedule.batchSize }),
    t('{count, plural, one {# benchmark prompt} other {# benchmark prompts}}', { count: benchmark.prompts }),
    ...(secondRound
      ? [t('a second round from {objective} on {dataset}', { objective: objectiveName(secondRound.from.objective), dataset: kindTitle(secondRound.from.dataset) })]
      : []),
  ];
  return `${parts.join(', ')}: ${t('{count, plural, one {# cell} other {# cells}}', { count: cellsOf(plan).length })}`;
}
