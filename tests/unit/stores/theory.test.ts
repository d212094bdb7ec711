import { beforeEach, describe, expect, it, vi } from 'vitest';
import { compileExpression, compileObjective, evaluateCompiled, objectives, objectiveText } from '../../../src/engine/objectives';
import { policiesOf, parseRecipe } from '../../../src/lab/recipe';
import { addLoss, experimentStore } from '../../../src/stores/experiment';
import { services } from '../../../src/stores/services';
import {
  changeHyper, changeTheory, chooseLoss, compiledOf, flushTheory, lossOf, memberOf, mistakeIn, nameLoss, restoreTheory, startingTheory, theoryStore, typeLoss,
} from '../../../src/stores/theory';
import { freshStores, recipe } from './fixture';

beforeEach(() => {
  freshStores();
  theoryStore.setState(startingTheory, true);
});

const loss = (side: 0 | 1 = 0) => theoryStore.getState().losses[side];

describe('a loss that is typed', () => {
  it('starts from any objective’s own formula, to the same numbers', () => {
    const scores = { policyChosen: [-28, -9], policyRejected: [-31, -20], referenceChosen: [-30, -12], referenceRejected: [-29, -12], chosenLength: [9, 4], rejectedLength: [12, 7], KL: 0.4 };
    for (const id of Object.keys(objectives)) {
      if (objectives[id]!.pairing !== 'own') continue;
      chooseLoss(0, id);
      typeLoss(0, `${loss().text} `);
      expect(loss().objective).toBe('custom');
      const mine = evaluateCompiled(compiledOf(loss())!, scores, loss().hyper);
      expect(mine.dChosen, id).toEqual(evaluateCompiled(compileObjective(id), scores, lossOf(id).hyper).dChosen);
    }
  });

  it('leaves the last formula that was understood on the plane while it has a mistake', () => {
    typeLoss(0, '-logsigmoid(beta * (a - b)) + ');
    expect(mistakeIn(loss())).toMatchObject({ message: 'The objective ends where a value is expected.', position: 30 });
    expect(loss()).toMatchObject({ text: '-logsigmoid(beta * (a - b)) + ', drawn: objectiveText(compileObjective('dpo')) });
    expect(objectiveText(compiledOf(loss())!)).toBe(objectiveText(compileObjective('dpo')));
    typeLoss(0, '-logsigmoid(beta * (a - b)) + lambda * max(0, -a)');
    expect(mistakeIn(loss())).toBeUndefined();
    expect(loss().drawn).toContain('lambda');
    // What it newly names has a number at once; what it had keeps its own.
    expect(loss().hyper).toEqual({ beta: 0.1, lambda: 1 });
  });

  it('cannot be longer than the language allows', () => {
    typeLoss(0, 'a+'.repeat(5000));
    expect(loss().text).toHaveLength(2000);
    expect(mistakeIn(loss())).toMatchObject({ message: 'The objective ends where a value is expected.', position: 2000 });
  });

  it('leaves the other one alone', () => {
    const other = loss(1);
    typeLoss(0, 'a');
    changeHyper(0, 'beta', 2);
    nameLoss(0, 'Mine');
    expect(loss(1)).toBe(other);
  });
});

describe('training it', () => {
  it('adds it to the cohort with its name, its text and the numbers it uses', () => {
    chooseLoss(0, 'discopop');
    typeLoss(0, '-logsigmoid(beta * (a - b)) + lambda * max(0, -a)');
    changeHyper(0, 'beta', 0.25);
    nameLoss(0, '  Held DPO ');
    const before = experimentStore.getState().recipe.cohort;
    expect(addLoss(memberOf(loss()))).toBe(true);
    const { recipe: after } = experimentStore.getState();
    expect(after.cohort.slice(0, -1)).toEqual(before);
    expect(after.cohort.at(-1)).toEqual({
      objective: 'custom', expression: '-logsigmoid(beta * (a - b)) + lambda * max(0, -a)', label: 'Held DPO', beta: 0.25,
      learningRate: before.at(-1)!.learningRate, hyper: { lambda: 1 },
    });
    expect(parseRecipe(JSON.parse(JSON.stringify(after)))).toEqual(after);
    expect(policiesOf(after).at(-1)!.label).toBe('Held DPO');
  });

  it('adds an objective of the lab as itself', () => {
    expect(memberOf(lossOf('dpop'))).toEqual({ objective: 'dpop', beta: 0.1, hyper: { lambda: 50 } });
  });

  it('adds nothing to a cohort that is full', () => {
    experimentStore.setState({ recipe: { ...recipe, seeds: [1, 2, 3, 4, 5, 6, 7, 8] } });
    expect(addLoss(memberOf(lossOf('sft')))).toBe(false);
    expect(experimentStore.getState().recipe.cohort).toEqual(recipe.cohort);
  });
});

describe('what was looked at', () => {
  it('is there at the next visit', async () => {
    vi.useFakeTimers();
    typeLoss(1, 'square(a - b)');
    typeLoss(1, 'square(a - ');
    changeTheory({ view: 'difference', reach: 8 });
    const left = theoryStore.getState();
    await vi.advanceTimersByTimeAsync(600);
    vi.useRealTimers();
    theoryStore.setState(startingTheory, true);
    await restoreTheory();
    expect(theoryStore.getState()).toEqual({ ...left, restored: true });
  });

  it('is stored at once when the page goes away, and not again when nothing has changed', async () => {
    typeLoss(0, 'a * b');
    flushTheory();
    await vi.waitFor(async () => expect(await services().shelf.loadSetting('theory')).toMatchObject({ losses: [{ text: 'a * b' }, {}] }));
    await services().shelf.saveSetting('theory', 'untouched');
    flushTheory();
    await new Promise((resolve) => setTimeout(resolve));
    expect(await services().shelf.loadSetting('theory')).toBe('untouched');
  });

  it.each([
    ['nothing', undefined],
    ['of another make', { losses: 3 }],
    ['an objective that is gone', { ...startingTheory, losses: [{ ...lossOf('dpo'), objective: 'gone' }, lossOf('dpo')] }],
    ['a formula that cannot be read', { ...startingTheory, losses: [{ ...lossOf('dpo'), objective: 'custom', drawn: 'a +' }, lossOf('dpo')] }],
  ])('is left where it is %s', async (_, stored) => {
    await services().shelf.saveSetting('theory', stored);
    await restoreTheory();
    expect(theoryStore.getState()).toEqual({ ...startingTheory, restored: true });
  });

  it('does not interrupt who has begun to work', async () => {
    await services().shelf.saveSetting('theory', { ...startingTheory, reach: 16 });
    const restoring = restoreTheory();
    typeLoss(0, 'a');
    await restoring;
    expect(loss().text).toBe('a');
    expect(theoryStore.getState().reach).toBe(4);
  });
});

it('a typed formula and the objective it spells are one loss', () => {
  expect(compileExpression(lossOf('apo_down').text).tree).toEqual(compileObjective('apo_down').tree);
});
