// The findings about data and about held-out likelihood: the paper's Table 1 and Figure 4.
import { remark } from '../../engine/errors';
import type { DatasetKind } from '../making/spec';
import { contrastivenessTable, datasetName, type ContrastRow } from './facts';
import { notTested, verdictOf, type Evidence, type Finding, type Judged } from './finding';
import { groupsOf, memberOf, signed } from './pieces';
import { bootstrapMean, bootstrapSeeds, differences, meanOf, type Interval, type Lists } from './statistics';
import type { MemberResult, StudyDocument } from './types';

/** CLAIR against each other dataset of the first round. */
export const contrast: Finding = {
  id: 'contrast',
  claim: remark('CLAIR is the most contrastive dataset.'),
  rule: remark(
    'Reproduced: on every seed of the first round CLAIR has a higher mean word Jaccard similarity and a lower mean Levenshtein distance than every other dataset. Partly: only in the mean over the seeds.',
  ),
  judge: (document) => {
    const rows = contrastivenessTable(document).filter(({ round }) => round === 1);
    const clair = rows.find(({ kind }) => kind === 'clair');
    const others = rows.filter(({ kind }) => kind !== 'clair');
    if (!clair || others.length === 0) return notTested();
    const bySeed = others.map((other) => sharedSeeds(clair, other));
    if (bySeed.every((pairs) => pairs.length === 0)) return notTested();
    const onEvery = bySeed.flat().every(([a, b]) => a.wordJaccard > b.wordJaccard && a.levenshtein < b.levenshtein);
    const onMean = others.every(
      ({ measures }) => clair.measures.wordJaccard.mean > measures.wordJaccard.mean && clair.measures.levenshtein.mean < measures.levenshtein.mean,
    );
    const list = (value: (row: ContrastRow) => string): string => [clair, ...others].map((row) => `${datasetName(row.kind)} ${value(row)}`).join(', ');
    const values = {
      jaccard: list(({ measures }) => measures.wordJaccard.mean.toFixed(2)),
      levenshtein: list(({ measures }) => measures.levenshtein.mean.toFixed(0)),
    };
    return {
      verdict: onEvery ? 'reproduced' : onMean ? 'partly' : 'notAtThisScale',
      sentence: remark(
        onEvery
          ? 'CLAIR’s sides are the most alike on every seed. Word Jaccard similarity: {jaccard}. Levenshtein distance: {levenshtein}.'
          : onMean
            ? 'CLAIR’s sides are the most alike in the mean, but not on every seed. Word Jaccard similarity: {jaccard}. Levenshtein distance: {levenshtein}.'
            : 'CLAIR’s sides are not the most alike. Word Jaccard similarity: {jaccard}. Levenshtein distance: {levenshtein}.',
        values,
      ),
      evidence: [clair, ...others].flatMap(({ kind, measures }): Evidence[] => [
        { label: remark('{dataset}: word Jaccard similarity', { dataset: datasetName(kind) }), value: measures.wordJaccard, unit: 'similarity' },
        { label: remark('{dataset}: Levenshtein distance', { dataset: datasetName(kind) }), value: measures.levenshtein, unit: 'characters' },
      ]),
    };
  },
};

type SeedMeans = Readonly<Record<'wordJaccard' | 'levenshtein', number>>;

function sharedSeeds(a: ContrastRow, b: ContrastRow): [SeedMeans, SeedMeans][] {
  const at = ({ bySeed }: ContrastRow, place: number): SeedMeans => ({ wordJaccard: bySeed.wordJaccard[place]!, levenshtein: bySeed.levenshtein[place]! });
  return a.seeds.flatMap((seed, i): [SeedMeans, SeedMeans][] => (b.seeds.includes(seed) ? [[at(a, i), at(b, b.seeds.indexOf(seed))]] : []));
}

/** How far an objective has moved held-out pairs of one dataset by the end, in nats. */
interface Moved {
  readonly kind: DatasetKind;
  readonly chosen: Interval;
  readonly rejected: Interval;
  /** Winner less loser. */
  readonly margin: Interval;
}

const margins = ({ change }: MemberResult): number[] => differences(change.chosen, change.rejected);

function membersOf(document: StudyDocument, objective: string): { kind: DatasetKind; members: MemberResult[] }[] {
  return groupsOf(document, 1)
    .map(({ kind, cells }) => ({ kind, members: cells.flatMap((cell) => memberOf(cell, objective) ?? []).filter(({ change }) => change.chosen.length > 0) }))
    .filter(({ members }) => members.length > 0);
}

function movedBy(document: StudyDocument, objective: string): Moved[] {
  // Held-out prompts are each seed's own.
  const over = (lists: Lists): Interval => bootstrapSeeds(lists, { sameItems: false });
  return membersOf(document, objective).map(({ kind, members }) => ({
    kind,
    chosen: over(members.map(({ change }) => change.chosen)),
    rejected: over(members.map(({ change }) => change.rejected)),
    margin: over(members.map(margins)),
  }));
}

const movedEvidence = ({ kind, chosen, rejected, margin }: Moved): Evidence[] => {
  const dataset = datasetName(kind);
  return [
    { label: remark('{dataset}: change of winners', { dataset }), value: chosen, unit: 'nats' },
    { label: remark('{dataset}: change of losers', { dataset }), value: rejected, unit: 'nats' },
    { label: remark('{dataset}: change of winners less that of losers', { dataset }), value: margin, unit: 'nats' },
  ];
};

/** A claim about where an objective moves winners and losers, asked of each dataset of the first round. */
function judgeMoves(document: StudyDocument, objective: string, holds: (moved: Moved) => boolean): Judged {
  const moved = movedBy(document, objective);
  if (moved.length === 0) return notTested();
  const list = (some: readonly Moved[]): string =>
    some.map(({ kind, chosen, rejected }) => `${datasetName(kind)} (${signed(chosen.mean)} / ${signed(rejected.mean)})`).join(', ');
  const held = moved.filter(holds);
  const values = { held: list(held), others: list(moved.filter((one) => !held.includes(one))) };
  return {
    verdict: verdictOf(held.length, moved.length),
    sentence:
      held.length === moved.length
        ? remark('It holds on every dataset; change of winners / losers in nats: {held}.', { held: values.held })
        : held.length > 0
          ? remark('It holds on {held}, not on {others}; change of winners / losers in nats.', values)
          : remark('It holds on no dataset; change of winners / losers in nats: {others}.', { others: values.others }),
    evidence: moved.flatMap(movedEvidence),
  };
}

export const zero: Finding = {
  id: 'apo_zero',
  claim: remark('APO-zero raises winners and lowers losers.'),
  rule: remark(
    'It holds on a dataset of the first round where the held-out log-probability of winners ends above the reference’s and that of losers below it, both 95 % intervals leaving 0 out. Reproduced: on every dataset. Partly: on at least one.',
  ),
  judge: (document) => judgeMoves(document, 'apo_zero', ({ chosen, rejected }) => chosen.low > 0 && rejected.high < 0),
};

export const down: Finding = {
  id: 'apo_down',
  claim: remark('APO-down lowers both, losers more.'),
  rule: remark(
    'It holds on a dataset of the first round where the held-out log-probability of winners ends below the reference’s and that of losers falls further, both 95 % intervals leaving 0 out. Reproduced: on every dataset. Partly: on at least one.',
  ),
  // Losers that fall further than falling winners fall, too.
  judge: (document) => judgeMoves(document, 'apo_down', ({ chosen, margin }) => chosen.high < 0 && margin.low > 0),
};

/** “Often” is a third of the cells at least: more than an accident of one seed or dataset, without asking for the rule. */
const OFTEN = 1 / 3;

export const chance: Finding = {
  id: 'dpo',
  claim: remark('DPO leaves winners to chance, and often they fall.'),
  rule: remark(
    'Counted are the cells of the first round (a dataset and a seed) in which held-out winners clearly fall, or clearly rise, while the margin clearly grows: 95 % intervals over pairs leave 0 out. Often: they fall in at least a third of all cells. Chance: they fall in some and rise in others. Reproduced: both. Partly: one of them.',
  ),
  judge: (document) => {
    const members = membersOf(document, 'dpo').flatMap((group) => group.members);
    if (members.length === 0) return notTested();
    const grown = members.filter((member) => bootstrapMean(margins(member)).low > 0).map(({ change }) => bootstrapMean(change.chosen));
    const falls = grown.filter(({ high }) => high < 0).length;
    const rises = grown.filter(({ low }) => low > 0).length;
    const often = falls / members.length >= OFTEN;
    const either = falls > 0 && rises > 0;
    const means = members.map(({ change }) => meanOf(change.chosen));
    return {
      verdict: verdictOf(Number(often) + Number(either), 2),
      sentence: remark('Winners clearly fall while the margin grows in {falls} of {cells} cells, and clearly rise in {rises}; their change runs from {least} to {most} nats.', {
        falls, rises, cells: members.length, least: signed(Math.min(...means)), most: signed(Math.max(...means)),
      }),
      evidence: movedBy(document, 'dpo').flatMap(movedEvidence),
    };
  },
};
