import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import { parseRecipe, policiesOf } from '../../../src/lab/recipe';
import { addMember, changeMember, changeRecipe, experimentStore, flushRecipe, importRecipe, policiesLeft, removeMember, replaceRecipe, restoreRecipe, startingRecipe } from '../../../src/stores/experiment';
import { noticesStore } from '../../../src/stores/notices';
import { freshStores, recipe } from './fixture';

beforeEach(() => {
  freshStores();
});

const current = () => experimentStore.getState().recipe;

describe('the experiment', () => {
  it('starts with just what the default preset has, which may arrive after Train was pressed', () => {
    expect(policiesOf(startingRecipe()).map((policy) => policy.label)).toEqual(['DPO', 'APO-zero', 'APO-down']);
    const preset: unknown = JSON.parse(readFileSync(new URL('../../../public/recipes/default.json', import.meta.url), 'utf8'));
    expect(startingRecipe()).toEqual(parseRecipe(preset));
  });

  it('adds an objective that is not there yet, until the cohort is full', () => {
    addMember();
    expect(current().cohort.map((member) => member.objective)).toEqual(['dpo', 'apo_zero', 'apo_down']);
    for (let i = 0; i < 20; i++) addMember();
    expect(current().cohort).toHaveLength(8);
    expect(policiesOf(current())).toHaveLength(16);
    expect(policiesLeft(current())).toBe(0);
  });

  it('never loses its last member', () => {
    removeMember(0);
    removeMember(0);
    expect(current().cohort.map((member) => member.objective)).toEqual(['apo_zero']);
  });

  it('lets an expression be half typed', () => {
    changeMember(0, { objective: 'custom', expression: '-logsigmoid(beta * (a -' });
    expect(current().cohort[0]?.expression).toBe('-logsigmoid(beta * (a -');
  });

  it('refuses a change that is out of range, and stays as it was', () => {
    expect(() => changeRecipe({ schedule: { ...recipe.schedule, steps: -5 } })).toThrow(UserError);
    expect(current()).toEqual(recipe);
  });

  it('takes a recipe from a file, and stays as it was when the file is none', () => {
    for (const text of ['', 'no json', '[]', '{"version":1}', '{"version":1,"cohort":[{"objective":"nonsense"}]}']) {
      expect(() => importRecipe(text), text).toThrow(UserError);
    }
    expect(current()).toEqual(recipe);
    importRecipe(JSON.stringify({ version: 1, cohort: [{ objective: 'kto' }] }));
    expect(current().cohort[0]?.objective).toBe('kto');
  });

  it('offers the recipe of an earlier visit back when a link replaces it', async () => {
    changeRecipe({ name: 'Mine' });
    flushRecipe();
    await Promise.resolve();
    await Promise.resolve();
    // The page is opened again, by a link.
    experimentStore.setState({ recipe: startingRecipe(), chosen: false });
    replaceRecipe({ ...recipe, name: 'Linked' });
    expect(current().name).toBe('Linked');
    await vi.waitFor(() => expect(noticesStore.getState().notices).toHaveLength(1));
    noticesStore.getState().notices[0]?.undo?.();
    expect(current().name).toBe('Mine');
    expect(noticesStore.getState().notices).toEqual([]);
  });

  it('offers one way back at a time, and none where nobody had chosen anything', async () => {
    replaceRecipe({ ...recipe, name: 'First' });
    await new Promise((done) => setTimeout(done));
    expect(noticesStore.getState().notices).toEqual([]);
    replaceRecipe({ ...recipe, name: 'Second' });
    replaceRecipe({ ...recipe, name: 'Third' });
    await new Promise((done) => setTimeout(done));
    expect(noticesStore.getState().notices).toHaveLength(1);
    noticesStore.getState().notices[0]?.undo?.();
    expect(current().name).toBe('Second');
  });

  it('brings back an edit made just before the page was closed', async () => {
    changeRecipe({ name: 'Edited' });
    flushRecipe();
    // The shelf of the tests writes a moment later.
    await Promise.resolve();
    await Promise.resolve();
    experimentStore.setState({ recipe, chosen: false });
    expect(await restoreRecipe()).toBe(true);
    expect(current().name).toBe('Edited');
  });
});
