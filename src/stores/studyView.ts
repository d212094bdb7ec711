// What the page shows of a study, worked out from its document. Bootstraps and thousands of numbers stay in the worker; what
// is drawn is handed to the page.
import type { DatasetKind } from '../lab/making/spec';
import { adviserRecord, type AdviserCall } from '../lab/study/adviser';
import { contrastivenessTable, type ContrastRow } from '../lab/study/facts';
import { resultsTable, type ResultRow } from '../lab/study/table';
import type { DatasetFacts, Round, StudyDocument } from '../lab/study/types';
import { findings, type Finding, type Judged } from '../lab/study/verdicts';

/** Measures of a pair whose distribution is shown. */
export const spreadMeasures = ['wordJaccard', 'tokenJaccard', 'levenshtein', 'lengthDifference'] as const;
export type SpreadMeasure = (typeof spreadMeasures)[number];

/** How many pairs of a dataset, all seeds together, lie between one edge and the next. */
export interface Spread {
  readonly round: Round;
  readonly kind: DatasetKind;
  readonly counts: readonly number[];
}

export interface Spreads {
  /** The same for all datasets, one more than there are counts. */
  readonly edges: readonly number[];
  readonly spreads: readonly Spread[];
}

/** A finding and what its rule says of the study. */
export type ShownFinding = Omit<Finding, 'judge'> & Judged;

export interface StudyView {
  /** Curves and examples; without the numbers of each pair and each answer. */
  readonly document: StudyDocument;
  readonly contrast: readonly ContrastRow[];
  readonly spreads: Readonly<Record<SpreadMeasure, Spreads>>;
  readonly results: readonly ResultRow[];
  readonly findings: readonly ShownFinding[];
  readonly adviser: readonly AdviserCall[];
}

export function viewOf(document: StudyDocument): StudyView {
  return {
    document: drawnOf(document),
    contrast: contrastivenessTable(document),
    spreads: Object.fromEntries(spreadMeasures.map((measure) => [measure, spreadsOf(document.datasets, measure)])) as Record<SpreadMeasure, Spreads>,
    results: resultsTable(document),
    findings: findings.map(({ id, claim, rule, judge }) => ({ id, claim, rule, ...judge(document) })),
    adviser: adviserRecord(document),
  };
}

const isDrawn = (curve: string): boolean => /^eval_(logps|rewards)\/(chosen|rejected)$/.test(curve);

function drawnOf(document: StudyDocument): StudyDocument {
  const none = { wordJaccard: [], tokenJaccard: [], levenshtein: [], lengthDifference: [], winnerGold: [], loserGold: [] };
  return {
    ...document,
    baselines: [],
    datasets: document.datasets.map((facts) => ({ ...facts, ...none })),
    cells: document.cells.map((cell) => ({
      ...cell,
      members: cell.members.map((member) => ({
        ...member,
        curves: Object.fromEntries(Object.entries(member.curves).filter(([name]) => isDrawn(name))),
        change: { chosen: [], rejected: [] },
        scores: [],
      })),
    })),
  };
}

const BARS = 24;

/** Whole numbers get bars of a whole width, so that none is hit more often than its neighbours for its width alone. */
export function edgesOf(values: readonly number[], bars = BARS): number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) return [0, 1];
  const whole = values.every(Number.isInteger);
  const width = whole ? Math.max(1, Math.ceil((high - low + 1) / bars)) : (high - low || 1) / bars;
  const count = whole ? Math.ceil((high - low + 1) / width) : bars;
  return Array.from({ length: count + 1 }, (_, i) => low + i * width);
}

export function spreadsOf(datasets: readonly DatasetFacts[], measure: SpreadMeasure): Spreads {
  const shares = measure === 'wordJaccard' || measure === 'tokenJaccard';
  const edges = shares ? Array.from({ length: BARS + 1 }, (_, i) => i / BARS) : edgesOf(datasets.flatMap((facts) => facts[measure]));
  const bars = edges.length - 1;
  const [low, width] = [edges[0]!, edges[1]! - edges[0]!];
  const found = new Map<string, { round: Round; kind: DatasetKind; counts: number[] }>();
  for (const { round, kind, ...facts } of datasets) {
    const key = `${round} ${kind}`;
    if (!found.has(key)) found.set(key, { round, kind, counts: new Array<number>(bars).fill(0) });
    const { counts } = found.get(key)!;
    for (const value of facts[measure]) counts[Math.min(bars - 1, Math.max(0, Math.floor((value - low) / width + 1e-9)))]! += 1;
  }
  return { edges, spreads: [...found.values()] };
}
