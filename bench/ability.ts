// The contenders of the command's benchmark: those of the lab's own bundle, and jax-js.
import { loadAbility } from '../src/lab/benchmark/ability';
import type { Ability, ContenderName } from '../src/lab/benchmark/realm';

export async function loadAny(name: ContenderName): Promise<Ability> {
  return name === 'jaxJs' ? (await import('./jax')).jaxAbility : loadAbility(name);
}
