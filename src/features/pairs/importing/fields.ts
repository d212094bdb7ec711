// The fields of each kind of mapping, for the screen on which a person overrides what was recognised.
import { t } from '../../../components/text';
import { mappingSchema, type Mapping, type MappingKind } from '../../../preferences/import';

export interface Field {
  readonly name: string;
  readonly label: string;
  /** A column must be named. */
  readonly required: boolean;
}

export function kindName(kind: MappingKind): string {
  switch (kind) {
    case 'paired':
      return t('A chosen and a rejected side');
    case 'compared':
      return t('Two sides and a label that says which is better');
    case 'unpaired':
      return t('One completion and whether it is good');
    case 'stepwise':
      return t('A completion in steps, each with a label');
    case 'rated':
      return t('Several completions with scores');
    case 'lab':
      return t('The lab’s own rows');
  }
}

/** Kinds that a person can choose; the lab's own rows are marked as such. */
export const kinds = ['paired', 'compared', 'unpaired', 'stepwise', 'rated'] as const satisfies readonly MappingKind[];

const field = (name: string, label: string, required = false): Field => ({ name, label, required });

/** Columns of a kind: those it cannot do without, and those that add something. */
export function fieldsOf(kind: MappingKind): readonly Field[] {
  const common = [
    field('system', t('System message')),
    field('history', t('Earlier turns')),
    field('rationale', t('Rationale')),
    field('split', t('Split')),
  ];
  const prompt = field('prompt', t('Prompt'));
  switch (kind) {
    case 'paired':
      return [
        prompt, field('chosen', t('Chosen'), true), field('rejected', t('Rejected'), true),
        field('scoreChosen', t('Score of the chosen side')), field('scoreRejected', t('Score of the rejected side')), ...common,
      ];
    case 'compared':
      return [
        prompt, field('first', t('First side'), true), field('second', t('Second side'), true), field('label', t('Label'), true),
        field('scoreFirst', t('Score of the first side')), field('scoreSecond', t('Score of the second side')), ...common,
      ];
    case 'unpaired':
      return [{ ...prompt, required: true }, field('completion', t('Completion'), true), field('label', t('Label'), true), ...common];
    case 'stepwise':
      return [{ ...prompt, required: true }, field('completions', t('Completions'), true), field('labels', t('Labels'), true), ...common];
    case 'rated':
      return [
        { ...prompt, required: true }, field('completions', t('Completions'), true), field('response', t('Text within a completion')),
        field('score', t('Score within a completion')), field('scores', t('Scores beside the completions')), ...common,
      ];
    case 'lab':
      return [];
  }
}

export type Draft = Readonly<Record<string, unknown>> & { readonly kind: MappingKind };

/** A draft of another kind that keeps the columns both have. */
export function asKind(draft: Draft, kind: MappingKind): Draft {
  const names = new Set(fieldsOf(kind).map(({ name }) => name));
  const kept = Object.fromEntries(Object.entries(draft).filter(([name]) => names.has(name)));
  return { kind, ...kept, ...(kind === 'compared' && { firstWins: ['1', 'a', 'first'], secondWins: ['0', 'b', 'second'] }) };
}

/** The mapping that a draft has become; undefined while it lacks a column or holds what no mapping may hold. */
export function mappingOf(draft: Draft): Mapping | undefined {
  const result = mappingSchema.safeParse(draft);
  return result.success ? result.data : undefined;
}
