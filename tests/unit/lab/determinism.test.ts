// The same recipe on the same device gives the same numbers to the last bit. WebGPU is held to it in `tests/webgpu`, and
// the backends to each other there, where all three are at hand.
import { expect, it } from 'vitest';
import { expectSameBits, largestDifferences, outcomeOf, recipeOfEveryKind } from '../../support/outcome';
import { tinyLab } from '../../support/tinyLab';

it.each([['cpu', 6], ['wasm', 25]] as const)('gives the same rows and the same tensors to the last bit when a recipe is run again on %s', async (backend, steps) => {
  const first = await outcomeOf(tinyLab({ backend }), recipeOfEveryKind(steps));
  expectSameBits(await outcomeOf(tinyLab({ backend }), recipeOfEveryKind(steps)), first);
});

it('gives other numbers for another seed, so that there is something to be the same', async () => {
  const [first, other] = [tinyLab({ backend: 'wasm' }), tinyLab({ backend: 'wasm' })];
  const differences = largestDifferences(
    await outcomeOf(other, recipeOfEveryKind(5, { seeds: [2] })), await outcomeOf(first, recipeOfEveryKind(5)),
  );
  expect(differences.loss).toBeGreaterThan(1e-3);
  expect(differences.grad_norm).toBeGreaterThan(1e-3);
});
