// Figure 4 of the paper as numbers: held-out log-likelihoods and rewards of winners and losers, one panel a dataset, one line
// an objective and side, with the band of its seeds. Drawn by the page and by the report.
import type { DatasetKind } from '../making/spec';
import { objectiveName } from './plan';
import type { CellResult, MemberResult, Round, StudyDocument } from './types';

/** Absolute log-likelihood in nats per answer, the change of it from the reference, or the reward (β times the change). */
export const gridMeasures = ['logps', 'change', 'rewards'] as const;
export type GridMeasure = (typeof gridMeasures)[number];
export type Side = 'chosen' | 'rejected';

export interface GridLine {
  readonly objective: string;
  readonly label: string;
  readonly side: Side;
  readonly steps: readonly number[];
  /** Mean over the seeds that have a figure at the step. */
  readonly mean: readonly number[];
  /** The lowest and the highest of them. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface GridPanel {
  readonly kind: DatasetKind;
  readonly round: Round;
  /** Where the reference stands, mean over the seeds. */
  readonly reference: Readonly<Record<Side, number>>;
  readonly lines: readonly GridLine[];
}

const sides: readonly Side[] = ['chosen', 'rejected'];
const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;

function valueAt(cell: CellResult, { curves, steps }: MemberResult, side: Side, measure: GridMeasure, step: number): number | undefined {
  const at = steps.indexOf(step);
  const value = curves[`eval_${measure === 'rewards' ? 'rewards' : 'logps'}/${side}`]?.[at];
  if (value === undefined || value === null) return undefined;
  return measure === 'change' ? value - cell.reference[`eval_logps/${side}`]! : value;
}

/** The panels of one round, in the order in which the plan names its datasets; only what is done. */
export function gridOf(document: StudyDocument, round: Round, measure: GridMeasure): GridPanel[] {
  const cells = document.cells.filter((cell) => cell.round === round);
  const kinds = [...new Set(cells.map(({ kind }) => kind))];
  return kinds.map((kind): GridPanel => {
    const mine = cells.filter((cell) => cell.kind === kind);
    const steps = mine[0]!.members[0]!.steps;
    const reference = (side: Side): number => (measure === 'logps' ? mean(mine.map((cell) => cell.reference[`eval_logps/${side}`]!)) : 0);
    return {
      kind,
      round,
      reference: { chosen: reference('chosen'), rejected: reference('rejected') },
      lines: document.plan.members.flatMap(({ objective, label }, m) =>
        sides.map((side): GridLine => {
          const found = steps.flatMap((step) => {
            const values = mine.flatMap((cell) => valueAt(cell, cell.members[m]!, side, measure, step) ?? []);
            return values.length > 0 ? [{ step, values }] : [];
          });
          return {
            objective, label: label ?? objectiveName(objective), side,
            steps: found.map(({ step }) => step),
            mean: found.map(({ values }) => mean(values)),
            low: found.map(({ values }) => Math.min(...values)),
            high: found.map(({ values }) => Math.max(...values)),
          };
        }),
      ),
    };
  });
}
