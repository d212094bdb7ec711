// A loss that somebody typed trains like a built-in one: in a cohort, beside others, on every backend that needs no GPU.
import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../../src/lab/recipe';
import { decodeRecipe, encodeRecipe } from '../../../src/stores/link';
import { tinyLab, tinyRecipe } from '../../support/tinyLab';

const typed = { objective: 'custom', expression: '-log(sigmoid(beta * ((lw - ll) - (refw - refl))))', label: 'My DPO', learningRate: 0.01 };
const dpo = { objective: 'dpo', learningRate: 0.01 };

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  it('a typed DPO takes every step that DPO takes', async () => {
    const lab = tinyLab({ backend });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ cohort: [dpo, typed] }) });
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
    const rows = lab.of('rows').flatMap((event) => event.rows);
    const [built, own] = [0, 1].map((policy) => rows.filter((row) => row.policy === policy));
    expect(own).toHaveLength(built!.length);
    built!.forEach(({ step, values }, i) => {
      for (const [name, value] of Object.entries(values)) expect(own![i]!.values[name], `${step} ${name}`).toBeCloseTo(value, 4);
    });
    // It has learnt something, so the agreement is not one of standing still.
    expect(built!.at(-1)!.values['eval_loss']).toBeLessThan(Math.LN2 - 1e-3);
  });
});

describe('a recipe with a loss of one’s own', () => {
  it('comes whole through a link, its name and its text', () => {
    const recipe = tinyRecipe({ cohort: [dpo, { ...typed, expression: '1 − σ(β·a) + σ(β·b)', label: '나의 손실' }] });
    expect(decodeRecipe(encodeRecipe(recipe))).toEqual(recipe);
  });

  it('is still read where it was written before there was one', () => {
    const old = { version: 1, cohort: [{ objective: 'apo_zero', beta: 0.1, learningRate: 1e-4, hyper: {} }] };
    expect(parseRecipe(old).cohort[0]).toEqual({ objective: 'apo_zero', beta: 0.1, learningRate: 1e-4, hyper: {} });
  });
});
