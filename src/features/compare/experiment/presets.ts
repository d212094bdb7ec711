// Experiments worth starting from. Their recipes are files that ship with the page; this lists and fetches them.
import { UserError } from '../../../engine/errors';
import { parseRecipe, type Recipe } from '../../../lab/recipe';

/** File names under `recipes/`, the first being what the lab opens with. */
export const presets = ['default', 'seeds', 'off_policy', 'strength', 'family'] as const;
export type Preset = (typeof presets)[number];

/** @throws UserError when the file cannot be had or is no recipe. */
export async function loadPreset(preset: Preset): Promise<Recipe> {
  let json: unknown;
  try {
    const response = await fetch(new URL(`recipes/${preset}.json`, document.baseURI));
    if (!response.ok) throw new Error(String(response.status));
    json = await response.json();
  } catch {
    throw new UserError('The preset could not be loaded. The experiment stays as it was; check the connection and try again.');
  }
  return parseRecipe(json);
}
