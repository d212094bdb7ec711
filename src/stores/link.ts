// What a link may say: the view, a recipe to set up, a backend. It is read once when the page opens, and nothing that
// a link says ever starts anything.
import { z } from 'zod';
import { UserError } from '../engine/errors';
import type { BackendChoice } from '../engine/device';
import { parseRecipe, type Recipe } from '../lab/recipe';

export interface Link {
  readonly recipe?: Recipe;
  readonly backend?: BackendChoice;
}

/** Recipes are small; a link that is longer than this is no recipe of ours. */
const LONGEST = 100_000;

/** base64url of the recipe's JSON in UTF-8. */
export function encodeRecipe(recipe: Recipe): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(JSON.stringify(recipe))) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws UserError when the text is no recipe. */
export function decodeRecipe(text: string): Recipe {
  if (text.length > LONGEST) throw new UserError('The link’s recipe is too long to be one. The experiment stays as it was.');
  let json: unknown;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new UserError('The link’s recipe is damaged and could not be read. The experiment stays as it was.');
  }
  return parseRecipe(json);
}

const backendSchema = z.enum(['auto', 'webgpu', 'wasm', 'cpu']);

/**
 * Reads the address: parameters may stand in the query or in the hash, after the view's name.
 * @throws UserError when there is a recipe and it is wrong.
 */
export function readLink(search: string, hash: string): Link {
  const inHash = new URLSearchParams(hash.includes('?') ? hash.slice(hash.indexOf('?') + 1) : hash.replace(/^#\/?/, ''));
  const inQuery = new URLSearchParams(search);
  const backend = backendSchema.safeParse(inQuery.get('backend') ?? inHash.get('backend'));
  const recipe = inHash.get('recipe') ?? inQuery.get('recipe');
  return {
    ...(backend.success ? { backend: backend.data } : {}),
    ...(recipe === null ? {} : { recipe: decodeRecipe(recipe) }),
  };
}

/** A link that sets up this recipe for whoever opens it. */
export function linkTo(recipe: Recipe, address: { readonly origin: string; readonly pathname: string }): string {
  return `${address.origin}${address.pathname}#/compare?recipe=${encodeRecipe(recipe)}`;
}
