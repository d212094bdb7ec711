// The experiment being set up: one recipe, its fields always in order, kept as it is edited. Presets, files and links replace it.
import { createStore } from 'zustand/vanilla';
import { UserError } from '../engine/errors';
import { objectives } from '../engine/objectives';
import { MAX_POLICIES, parseRecipe, recipeSchema, type Member, type Recipe } from '../lab/recipe';
import { dismissNotice, notify, report, sentence } from './notices';
import { services } from './services';

/**
 * What the lab opens with until a preset, a link or an earlier visit says otherwise: the default preset, so that whoever
 * presses Train before its file has arrived trains just that.
 */
export function startingRecipe(): Recipe {
  const member = (objective: string, learningRate: number): Partial<Member> => ({ objective, beta: 0.2, learningRate });
  return parseRecipe({ version: 1, name: 'The fork', cohort: [member('dpo', 3e-4), member('apo_zero', 3e-4), member('apo_down', 1e-4)] });
}

export interface ExperimentState {
  readonly recipe: Recipe;
  /** True once somebody or something chose a recipe, so that a preset arriving late does not overwrite it. */
  readonly chosen: boolean;
}

export const experimentStore = createStore<ExperimentState>()(() => ({ recipe: startingRecipe(), chosen: false }));

const KEY = 'recipe';
let timer: ReturnType<typeof setTimeout> | undefined;

/** Stores the last change now, if it is still waiting; for when the page goes away. */
export function flushRecipe(): void {
  if (timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  services().shelf.saveSetting(KEY, experimentStore.getState().recipe).catch(report);
}

function keep(): void {
  clearTimeout(timer);
  timer = setTimeout(flushRecipe, 500);
}

/** Replaces the whole recipe. */
export function chooseRecipe(recipe: Recipe): void {
  experimentStore.setState({ recipe, chosen: true });
  keep();
}

/** How long a recipe that was replaced whole can be brought back. */
const UNDO_MS = 20_000;
let replaced: { readonly notice: number; readonly timer: ReturnType<typeof setTimeout> } | undefined;

function forgetReplaced(): void {
  if (replaced === undefined) return;
  clearTimeout(replaced.timer);
  dismissNotice(replaced.notice);
  replaced = undefined;
}

function offerBack(before: Recipe): void {
  forgetReplaced();
  const notice = notify('plain', sentence('Another recipe has taken the place of yours.'), () => {
    forgetReplaced();
    chooseRecipe(before);
  });
  replaced = { notice, timer: setTimeout(forgetReplaced, UNDO_MS) };
}

/**
 * Puts a recipe from elsewhere (a link, a preset, a file, an earlier run) in place of the one being set up, and offers
 * that one back where somebody had chosen it, in this visit or an earlier one.
 */
export function replaceRecipe(recipe: Recipe): void {
  const { chosen, recipe: own } = experimentStore.getState();
  // Asked for before the new one is stored.
  const stored = chosen ? Promise.resolve(own) : services().shelf.loadSetting(KEY);
  chooseRecipe(recipe);
  void stored
    .then((kept) => {
      if (kept === undefined) return;
      const before = parseDraft(kept);
      if (JSON.stringify(before) !== JSON.stringify(parseDraft(recipe))) offerBack(before);
    })
    // A stored recipe that cannot be read any more is no loss that could be undone.
    .catch(() => undefined);
}

/**
 * A recipe whose fields are in order but whose expressions may be half typed. Training asks for more; see
 * `recipeProblem` of the compare workbench.
 * @throws UserError when a field is wrong.
 */
function parseDraft(json: unknown): Recipe {
  const draft = recipeSchema.safeParse(json);
  // What is wrong is told in the words of the full check.
  return draft.success ? draft.data : parseRecipe(json);
}

/**
 * Changes parts of the recipe.
 * @throws UserError when a field is wrong; then nothing changes.
 */
export function changeRecipe(change: Partial<Recipe>): void {
  chooseRecipe(parseDraft({ ...experimentStore.getState().recipe, ...change }));
}

export function changeMember(index: number, change: Partial<Member>): void {
  const { cohort } = experimentStore.getState().recipe;
  changeRecipe({ cohort: cohort.map((member, i) => (i === index ? { ...member, ...change } : member)) });
}

/** The member as it is when its objective is first chosen: the objective's own defaults, this cohort's strength. */
export function memberFor(objective: string, like?: Member): Member {
  return {
    objective,
    ...(objective === 'custom' ? { expression: '-logsigmoid(beta*(a - b))' } : {}),
    beta: like?.beta ?? 0.2,
    learningRate: like?.learningRate ?? 3e-4,
    hyper: {},
  };
}

export function policiesLeft(recipe: Recipe): number {
  return Math.floor(MAX_POLICIES / recipe.seeds.length) - recipe.cohort.length;
}

/** Adds the first objective that is not in the cohort yet. */
export function addMember(): void {
  const { recipe } = experimentStore.getState();
  if (policiesLeft(recipe) < 1) return;
  const used = new Set(recipe.cohort.map((member) => member.objective));
  const next = ['dpo', 'apo_zero', 'apo_down', 'sft', 'kto', ...Object.keys(objectives)].find(
    (id) => Object.hasOwn(objectives, id) && !used.has(id),
  );
  changeRecipe({ cohort: [...recipe.cohort, memberFor(next ?? 'custom', recipe.cohort.at(-1))] });
}

/** Adds a loss to the cohort as it is, with the last member's learning rate; false where there is no room. */
export function addLoss(loss: Omit<Member, 'learningRate'>): boolean {
  const { recipe } = experimentStore.getState();
  if (policiesLeft(recipe) < 1) return false;
  changeRecipe({ cohort: [...recipe.cohort, { ...loss, learningRate: recipe.cohort.at(-1)?.learningRate ?? 3e-4 }] });
  return true;
}

export function removeMember(index: number): void {
  const { cohort } = experimentStore.getState().recipe;
  if (cohort.length > 1) changeRecipe({ cohort: cohort.filter((_, i) => i !== index) });
}

/**
 * Reads a recipe from the text of a file.
 * @throws UserError when it is none; the experiment stays as it was.
 */
export function importRecipe(text: string): void {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError('The file is not JSON, so it holds no recipe. The experiment stays as it was.');
  }
  replaceRecipe(parseRecipe(json));
}

/** Brings back the recipe of the last visit, unless one was chosen meanwhile. A stored one that is no longer valid is left. */
export async function restoreRecipe(): Promise<boolean> {
  try {
    const stored = await services().shelf.loadSetting(KEY);
    if (stored === undefined || experimentStore.getState().chosen) return false;
    experimentStore.setState({ recipe: parseDraft(stored), chosen: true });
    return true;
  } catch {
    return false;
  }
}
