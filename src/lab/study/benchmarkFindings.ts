// The findings about the benchmark: which dataset makes the best policy, when winners hurt, and whether the adviser is right.
import { remark } from '../../engine/errors';
import type { DatasetKind } from '../making/spec';
import { adviserRecord, type Variant } from './adviser';
import { datasetName } from './facts';
import { notTested, verdictOf, type Evidence, type Finding } from './finding';
import { goldBefore, goldOf, groupsOf, memberOf, signed, type Group } from './pieces';
import { objectiveName } from './plan';
import { bootstrapSeeds, differences, meanOf, shareInterval, type Interval } from './statistics';
import type { CellResult, Round, StudyDocument } from './types';

type Gold = readonly number[] | undefined;

/** All policies of a round answer the same prompts. */
const sameItems = { sameItems: true } as const;

/** Gold of one policy less that of another, prompt by prompt, over the seeds that have both; undefined where none has. */
function goldDifference(cells: readonly CellResult[], one: (cell: CellResult) => Gold, other: (cell: CellResult) => Gold): Interval | undefined {
  const lists = cells.flatMap((cell) => {
    const [a, b] = [one(cell), other(cell)];
    return a && b ? [differences(a, b)] : [];
  });
  return lists.length > 0 ? bootstrapSeeds(lists, sameItems) : undefined;
}

const goldBy = (objective: string) => (cell: CellResult): Gold => goldOf(memberOf(cell, objective)?.scores);

interface Best {
  readonly kind: DatasetKind;
  readonly cells: readonly CellResult[];
  readonly objective: string;
  readonly gold: Interval;
}

/** The objective with the highest mean over the seeds. */
function bestOf(document: StudyDocument, { kind, cells }: Group): Best[] {
  const found = document.plan.members.flatMap(({ objective }): Best[] => {
    const lists = cells.flatMap((cell) => [goldBy(objective)(cell) ?? []]).filter((list) => list.length > 0);
    return lists.length > 0 ? [{ kind, cells, objective, gold: bootstrapSeeds(lists, sameItems) }] : [];
  });
  return found.sort((a, b) => b.gold.mean - a.gold.mean).slice(0, 1);
}

export const best: Finding = {
  id: 'benchmark',
  claim: remark('CLAIR gives the best benchmark.'),
  rule: remark(
    'Each dataset of the first round is taken with the objective that has its best mean gold score, answers sampled at temperature 1. Reproduced: CLAIR’s is higher than every other dataset’s, each 95 % interval of the difference over prompts and seeds leaving 0 out. Partly: its mean is the highest, but not every interval leaves 0 out.',
  ),
  judge: (document) => {
    const all = groupsOf(document, 1).flatMap((group) => bestOf(document, group));
    const clair = all.find(({ kind }) => kind === 'clair');
    if (!clair) return notTested();
    const against = all.flatMap((other) => {
      if (other === clair) return [];
      const sameSeed = (cell: CellResult): CellResult | undefined => other.cells.find(({ seed }) => seed === cell.seed);
      const difference = goldDifference(clair.cells, goldBy(clair.objective), (cell) => {
        const peer = sameSeed(cell);
        return peer && goldBy(other.objective)(peer);
      });
      return difference ? [{ other, difference }] : [];
    });
    if (against.length === 0) return notTested();
    const highest = against.every(({ difference }) => difference.mean > 0);
    const clear = against.every(({ difference }) => difference.low > 0);
    const named = ({ kind, objective, gold }: Best): string => `${datasetName(kind)} ${gold.mean.toFixed(2)} (${objectiveName(objective)})`;
    const values = { clair: named(clair), others: against.map(({ other }) => named(other)).join(', ') };
    return {
      verdict: clear ? 'reproduced' : highest ? 'partly' : 'notAtThisScale',
      sentence: remark(
        clear
          ? 'CLAIR’s best policy beats that of every other dataset: {clair}; {others}.'
          : highest
            ? 'CLAIR’s best policy has the highest mean, but does not clearly beat every other: {clair}; {others}.'
            : 'CLAIR’s best policy does not have the highest mean: {clair}; {others}.',
        values,
      ),
      evidence: [
        ...all.map(({ kind, objective, gold }): Evidence => ({
          label: remark('{dataset}, best objective ({objective}): gold', { dataset: datasetName(kind), objective: objectiveName(objective) }), value: gold, unit: 'gold',
        })),
        ...against.map(({ other, difference }): Evidence => ({ label: remark('CLAIR less {dataset}: gold', { dataset: datasetName(other.kind) }), value: difference, unit: 'gold' })),
      ],
    };
  },
};

const OFF_POLICY: readonly DatasetKind[] = ['off_policy', 'off_policy_weak'];
const PULLING = ['sft', 'apo_zero'] as const;

interface Hurt {
  readonly round: Round;
  readonly kind: DatasetKind;
  readonly objective: string;
  readonly overBefore: Interval;
  readonly overDown: Interval;
}

/** Whether the winners score worse than what the cells began with, in the mean: else they are not weak, and test nothing. */
function areWeak(document: StudyDocument, { kind, cells }: Group): boolean {
  const gaps = cells.flatMap((cell) => {
    const facts = document.datasets.find((one) => one.round === cell.round && one.kind === kind && one.seed === cell.seed);
    const before = goldBefore(document, cell);
    return facts && facts.winnerGold.length > 0 && before ? [meanOf(facts.winnerGold) - meanOf(before)] : [];
  });
  return gaps.length > 0 && meanOf(gaps) < 0;
}

export const weak: Finding = {
  id: 'weak_winners',
  claim: remark('Weak off-policy winners hurt where the objective pulls towards them.'),
  rule: remark(
    'Asked of off-policy datasets whose winners score lower in the mean than the answers of the policy that the round began with, each round by itself, with SFT and with APO-zero. It holds where the gold score at temperature 1 ends below what it was before and below APO-down’s, both 95 % intervals over prompts and seeds leaving 0 out. Reproduced: in every such case. Partly: in at least one.',
  ),
  judge: (document) => {
    const groups = ([1, 2] as const).flatMap((round) => groupsOf(document, round).map((group) => ({ round, ...group })));
    const cases = groups
      .filter((group) => OFF_POLICY.includes(group.kind) && areWeak(document, group))
      .flatMap(({ round, kind, cells }) =>
        PULLING.flatMap((objective): Hurt[] => {
          const overBefore = goldDifference(cells, goldBy(objective), (cell) => goldBefore(document, cell));
          const overDown = goldDifference(cells, goldBy(objective), goldBy('apo_down'));
          return overBefore && overDown ? [{ round, kind, objective, overBefore, overDown }] : [];
        }),
      );
    if (cases.length === 0) return notTested();
    const held = cases.filter(({ overBefore, overDown }) => overBefore.high < 0 && overDown.high < 0);
    const list = cases
      .map(({ round, kind, objective, overBefore, overDown }) => `${datasetName(kind)} ${round}, ${objectiveName(objective)} (${signed(overBefore.mean)} / ${signed(overDown.mean)})`)
      .join('; ');
    return {
      verdict: verdictOf(held.length, cases.length),
      sentence: remark('It holds in {held} of {cases} cases. Dataset and round, objective (gold against before / against APO-down): {list}.', {
        held: held.length, cases: cases.length, list,
      }),
      evidence: cases.flatMap(({ round, kind, objective, overBefore, overDown }): Evidence[] => {
        const values = { round, dataset: datasetName(kind), objective: objectiveName(objective) };
        return [
          { label: remark('Round {round}, {dataset}: {objective} less before', values), value: overBefore, unit: 'gold' },
          { label: remark('Round {round}, {dataset}: {objective} less APO-down', values), value: overDown, unit: 'gold' },
        ];
      }),
    };
  },
};

/** Four of five: a rule of thumb that errs more often is not worth following, and a grid's few cells tell no finer. */
const RELIABLE = 0.8;

export const rule: Finding = {
  id: 'adviser',
  claim: remark('Winners better than the model call for APO-zero, worse ones for APO-down.'),
  rule: remark(
    'Counted are the cells of both rounds in which the adviser makes a call and the benchmark decides between the two variants (95 % interval over prompts, answers sampled at temperature 1). Reproduced: both calls occur, and of each at least {share} % are right. Partly: so of one of them.',
    { share: RELIABLE * 100 },
  ),
  judge: (document) => {
    const record = adviserRecord(document);
    const decided = record.filter(({ outcome }) => outcome !== 'undecided');
    if (decided.length === 0) {
      const open = remark('In none of {cells} cells does the adviser make a call that the benchmark decides.', { cells: record.length });
      return record.length === 0 ? notTested() : { ...notTested(), sentence: open };
    }
    const callsOf = (variant: Variant) => decided.filter(({ advice }) => advice.advice === variant).map(({ outcome }) => (outcome === 'right' ? 1 : 0));
    const [zero, down] = [callsOf('apo_zero'), callsOf('apo_down')];
    const reliable = [zero, down].filter((calls) => calls.length > 0 && meanOf(calls) >= RELIABLE).length;
    const right = (calls: readonly number[]): number => calls.filter((call) => call === 1).length;
    return {
      verdict: verdictOf(reliable, 2),
      sentence: remark('Right are {zero} of {zeroCalls} calls for APO-zero and {down} of {downCalls} for APO-down; {open} cells decide nothing.', {
        zero: right(zero), zeroCalls: zero.length, down: right(down), downCalls: down.length, open: record.length - decided.length,
      }),
      evidence: [
        { label: remark('Right calls for APO-zero'), calls: zero },
        { label: remark('Right calls for APO-down'), calls: down },
      ].flatMap(({ label, calls }): Evidence[] => (calls.length > 0 ? [{ label, value: shareInterval(calls), unit: 'share' }] : [])),
    };
  },
};
