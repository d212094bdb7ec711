import { describe, expect, it } from 'vitest';
import { parseStudy } from '../../../src/stores/studyDocument';
import { baseline, cell, facts, result, study } from '../lab/study/document';

const curves = { 'eval_logps/chosen': [-7, null] };
const whole = study({
  datasets: [facts('clair', 1)],
  baselines: [baseline([2, 2, 2, 2])],
  cells: [cell('clair', 1, [result('dpo', [4, 4, 2, 2], { curves, stopped: { policy: 0, step: 7, reason: 'The loss was not a finite number.' } })])],
});
const json = (): Record<string, unknown> => JSON.parse(JSON.stringify(whole)) as Record<string, unknown>;
const faultOf = (change: (document: ReturnType<typeof json>) => void): unknown => {
  const document = json();
  change(document);
  try {
    return parseStudy(document);
  } catch (error) {
    return (error as { values: unknown }).values;
  }
};
/** Whatever lies at a path of names and places. */
const at = (document: unknown, ...path: (string | number)[]): Record<string, unknown> =>
  path.reduce((found, name) => (found as Record<string | number, unknown>)[name], document) as Record<string, unknown>;

describe('a study’s document from outside', () => {
  it('comes back as it was written, without what the lab does not know', () => {
    const document = json();
    at(document, 'cells', 0)['script'] = '<script>';
    expect(parseStudy(document)).toEqual(whole);
  });

  it('is refused by the first field that is wrong', () => {
    expect(faultOf((document) => (document['cells'] = []))).toMatchObject({ field: 'cells' });
    expect(faultOf((document) => (at(document, 'datasets', 0)['kind'] = '__proto__'))).toMatchObject({ field: 'datasets.0.kind' });
    expect(faultOf((document) => (at(document, 'datasets', 0)['wordJaccard'] = [0.5, 'x']))).toMatchObject({ field: 'datasets.0.wordJaccard.1' });
    expect(faultOf((document) => (document['createdAt'] = 'yesterday'))).toMatchObject({ field: 'createdAt' });
    expect(faultOf((document) => (at(document, 'plan')['members'] = []))).toMatchObject({ field: 'members' });
    expect(faultOf(() => undefined)).toMatchObject({ plan: { name: 'By hand' } });
  });

  it('is refused where what is drawn would run past its lists', () => {
    expect(faultOf((document) => (at(document, 'cells', 0)['members'] = []))).toMatchObject({ field: 'cells.0.members' });
    expect(faultOf((document) => (at(document, 'cells', 0, 'members', 0, 'curves')['eval_logps/chosen'] = [-7]))).toMatchObject({
      field: 'cells.0.members.curves.eval_logps/chosen',
    });
    for (const document of [null, 3, 'study', [], {}]) expect(() => parseStudy(document)).toThrow('It is not shown; nothing else was changed.');
  });
});
