// What objectives promise beyond the golden numbers: the losses TRL's fixture leaves out, relations between objectives,
// batch-level ones, and what happens with input that is wrong.
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import {
  compileExpression,
  compileObjective,
  evaluateCompiled,
  evaluateObjective,
  fDivergences,
  objectives,
  resolveHyper,
  type Scores,
} from '../../../../src/engine/objectives';
import { createRandom } from '../../../../src/engine/random';
import { randomBatch, type Batch } from './batches';

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
const batch = randomBatch(41, 24, 3);

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly lw: number;
  readonly ll: number;
  readonly nw: number;
  readonly nl: number;
}

function pairsOf(scores: Batch): Pair[] {
  return scores.policyChosen.map((lw, i) => ({
    a: lw - scores.referenceChosen[i]!,
    b: scores.policyRejected[i]! - scores.referenceRejected[i]!,
    lw,
    ll: scores.policyRejected[i]!,
    nw: scores.chosenLength[i]!,
    nl: scores.rejectedLength[i]!,
  }));
}

describe('losses written out by hand from the papers', () => {
  const odds = (meanLogProb: number): number => Math.exp(meanLogProb) / (1 - Math.exp(meanLogProb));
  const kl = Math.max(
    0,
    batch.policyMismatched.reduce((sum, value, i) => sum + value - batch.referenceMismatched[i]!, 0) / batch.policyMismatched.length,
  );
  const beta = 0.2;

  it.each<[string, Record<string, number>, (pair: Pair) => number]>([
    ['sft', {}, ({ lw, nw }) => -lw / nw],
    [
      'kto',
      { desirableWeight: 1.4, undesirableWeight: 0.6 },
      ({ a, b }) => 1.4 * (1 - sigma(beta * (a - kl))) + 0.6 * (1 - sigma(beta * (kl - b))),
    ],
    [
      'apo_zero_unpaired',
      { desirableWeight: 1.4, undesirableWeight: 0.6 },
      ({ a, b }) => 1.4 * (1 - sigma(beta * a)) + 0.6 * sigma(beta * b),
    ],
    [
      'cdpo',
      { labelSmoothing: 0.25 },
      ({ a, b }) => -0.75 * Math.log(sigma(beta * (a - b))) - 0.25 * Math.log(sigma(beta * (b - a))),
    ],
    ['dpop', { lambda: 5 }, ({ a, b }) => -Math.log(sigma(beta * (a - b) - beta * 5 * Math.max(0, -a)))],
    ['r_dpo', { alpha: 0.03 }, ({ a, b, nw, nl }) => -Math.log(sigma(beta * (a - b) + 0.03 * (nw - nl)))],
    ['simpo', { gamma: 0.8 }, ({ lw, ll, nw, nl }) => -Math.log(sigma(beta * (lw / nw - ll / nl) - 0.8))],
    [
      'orpo',
      {},
      ({ lw, ll, nw, nl }) => -lw / nw - beta * Math.log(sigma(Math.log(odds(lw / nw) / odds(ll / nl)))),
    ],
    ['cpo', { alpha: 0.5 }, ({ lw, ll, nw }) => -Math.log(sigma(beta * (lw - ll))) - (0.5 * lw) / nw],
  ])('%s', (id, hyper, byHand) => {
    const { loss } = evaluateObjective(id, batch, { beta, ...hyper });
    pairsOf(batch).forEach((pair, i) => expect(loss[i]! - byHand(pair)).toBeCloseTo(0, 9));
    // The hyper-parameters given are really used.
    for (const name of Object.keys(hyper)) {
      const changed = evaluateObjective(id, batch, { beta, ...hyper, [name]: hyper[name]! * 0.5 });
      expect(changed.loss).not.toEqual(loss);
    }
  });
});

describe('relations between objectives', () => {
  it('KTO with KL = 0 is APO-zero', () => {
    const below = { ...batch, policyMismatched: [-30], referenceMismatched: [-20] };
    for (const beta of [0.05, 0.5, 3]) {
      const zero = evaluateObjective('apo_zero', batch, { beta });
      const kto = evaluateObjective('kto', below, { beta });
      for (const part of ['loss', 'dChosen', 'dRejected'] as const) {
        kto[part].forEach((value, i) => expect(value).toBeCloseTo(zero[part][i]!, 12));
      }
    }
  });

  it('unpaired APO-zero with equal weights is APO-zero', () => {
    expect(evaluateObjective('apo_zero_unpaired', batch).dChosen).toEqual(evaluateObjective('apo_zero', batch).dChosen);
  });

  it('cDPO without smoothing, R-DPO without a length weight and DPOP without a penalty are DPO', () => {
    const dpo = evaluateObjective('dpo', batch, { beta: 0.4 });
    for (const [id, hyper] of [
      ['cdpo', { labelSmoothing: 0 }],
      ['r_dpo', { alpha: 0 }],
      ['dpop', { lambda: 0 }],
      ['robust', { labelSmoothing: 0 }],
    ] as const) {
      const { loss } = evaluateObjective(id, batch, { beta: 0.4, ...hyper });
      loss.forEach((value, i) => expect(value).toBeCloseTo(dpo.loss[i]!, 12));
    }
  });

  it('AOT of a single pair is smoothed DPO', () => {
    const one: Scores = { ...batch, ...Object.fromEntries(Object.entries(batch).map(([key, values]) => [key, [values[3]]])) };
    for (const id of ['aot', 'aot_unpaired']) {
      const aot = evaluateObjective(id, one, { beta: 0.3, labelSmoothing: 0.1 });
      const cdpo = evaluateObjective('cdpo', one, { beta: 0.3, labelSmoothing: 0.1 });
      for (const part of ['loss', 'dChosen', 'dRejected'] as const) expect(aot[part][0]).toBeCloseTo(cdpo[part][0]!, 12);
    }
  });

  it('the alpha divergence tends to reverse KL as alpha tends to 1, and is reverse KL there', () => {
    const at = (divergenceAlpha: number): number[] =>
      evaluateObjective('dpo', batch, { beta: 0.2, fDivergence: 'alpha_divergence', divergenceAlpha }).loss;
    const reverse = evaluateObjective('dpo', batch, { beta: 0.2 }).loss;
    expect(at(1)).toEqual(reverse);
    at(1 + 1e-5).forEach((value, i) => expect(value).toBeCloseTo(reverse[i]!, 2));
  });
});

describe('objectives that look at the whole batch', () => {
  it('shuffling the pairs of AOT shuffles its derivatives and leaves its losses in place', () => {
    const order = createRandom(7).shuffle(batch.policyChosen.map((_, i) => i));
    const shuffled = Object.fromEntries(Object.entries(batch).map(([key, values]: [string, number[]]) => [key, order.map((i) => values[i]!)]));
    for (const id of ['aot', 'aot_unpaired']) {
      const plain = evaluateObjective(id, batch, { beta: 0.3 });
      const moved = evaluateObjective(id, { ...batch, ...shuffled }, { beta: 0.3 });
      expect(moved.loss).toEqual(plain.loss);
      expect(moved.dChosen).toEqual(order.map((i) => plain.dChosen[i]));
      expect(moved.dRejected).toEqual(order.map((i) => plain.dRejected[i]));
    }
  });

  it('AOT keeps equal values in the order of their pairs', () => {
    const same = { ...batch, policyChosen: batch.policyChosen.map(() => -5), policyRejected: batch.policyRejected.map(() => -6) };
    const { dChosen } = evaluateObjective('aot', same, { beta: 0.3 });
    // Reference differences ascend over the places, so margins fall and the push grows from pair to pair.
    for (let i = 1; i < dChosen.length; i++) expect(dChosen[i]!).toBeLessThanOrEqual(dChosen[i - 1]!);
    expect(new Set(dChosen).size).toBeGreaterThan(1);
  });

  it('KL is the mean of mismatched log-ratios, at least 0, and may be given instead', () => {
    const { policyMismatched: _p, referenceMismatched: _r, ...pairs } = batch;
    const mean = { ...pairs, policyMismatched: [-10, -20, -30], referenceMismatched: [-13, -20, -33] };
    const given = evaluateObjective('kto', { ...pairs, KL: 2 }, { beta: 0.3 });
    expect(evaluateObjective('kto', mean, { beta: 0.3 })).toEqual(given);
    const below = { ...pairs, policyMismatched: [-13], referenceMismatched: [-10] };
    expect(evaluateObjective('kto', below)).toEqual(evaluateObjective('kto', { ...pairs, KL: 0 }));
  });
});

describe('what an objective says about itself', () => {
  it('is complete for every objective', () => {
    expect(Object.keys(objectives)).toHaveLength(23);
    for (const [id, objective] of Object.entries(objectives)) {
      expect(objective.id).toBe(id);
      expect(objective.name).not.toBe('');
      expect(objective.summary).toMatch(/\.$/);
      expect(objective.citation).not.toBe('');
      for (const { default: value, min, max } of objective.hyper) {
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
      }
    }
  });

  it('is right about what it needs', () => {
    const which = (test: 'needsMismatched' | 'usesReference' | 'usesDivergence'): string[] =>
      Object.values(objectives).filter((objective) => objective[test]).map(({ id }) => id);
    expect(which('needsMismatched')).toEqual(['kto']);
    const all = Object.keys(objectives);
    expect(all.filter((id) => !which('usesReference').includes(id)).sort()).toEqual(['cpo', 'orpo', 'sft', 'simpo']);
    // An objective that says it does not use the reference gives the same numbers whatever the reference is.
    for (const { id, usesReference } of Object.values(objectives)) {
      const other = { ...batch, referenceChosen: batch.referenceChosen.map((value, i) => value - i) };
      const unchanged = JSON.stringify(evaluateObjective(id, other)) === JSON.stringify(evaluateObjective(id, batch));
      expect(unchanged).toBe(!usesReference);
    }
    for (const { id, usesDivergence } of Object.values(objectives)) {
      const js = evaluateObjective(id, batch, { fDivergence: 'js_divergence' });
      expect(JSON.stringify(js) === JSON.stringify(evaluateObjective(id, batch))).toBe(!usesDivergence);
    }
  });

  it('cannot be changed from outside', () => {
    expect(() => Object.assign(objectives, { dpo: undefined })).toThrow(TypeError);
  });
});

describe('input', () => {
  it('is never changed', () => {
    const frozen = Object.freeze(Object.fromEntries(Object.entries(batch).map(([key, values]: [string, number[]]) => [key, Object.freeze([...values])])));
    const hyper = Object.freeze({ beta: 0.1 });
    for (const id of Object.keys(objectives)) evaluateObjective(id, frozen as unknown as Scores, hyper);
    expect(frozen).toEqual(batch);
  });

  it('may be typed arrays, and an empty batch gives empty results', () => {
    const typed = Object.fromEntries(Object.entries(batch).map(([key, values]: [string, number[]]) => [key, Float64Array.from(values)]));
    expect(evaluateObjective('apo_down', typed as unknown as Scores)).toEqual(evaluateObjective('apo_down', batch));
    const empty: Scores = {
      policyChosen: [],
      policyRejected: [],
      referenceChosen: [],
      referenceRejected: [],
      chosenLength: [],
      rejectedLength: [],
    };
    expect(evaluateObjective('aot', empty)).toEqual({ loss: [], dChosen: [], dRejected: [] });
  });

  it.each(['toString', '__proto__', 'constructor', 'hasOwnProperty', '', 'DPO', 'custom'])('“%s” is no objective', (id) => {
    expect(() => evaluateObjective(id, batch)).toThrow(UserError);
    expect(() => compileObjective(id)).toThrow('is no objective. Known are: dpo');
  });

  it('is refused where a number is missing, not finite or out of range', () => {
    const refused = (id: string, hyper: Record<string, number | string>): void => {
      expect(() => evaluateObjective(id, batch, hyper)).toThrow(UserError);
    };
    refused('dpo', { beta: NaN });
    refused('dpo', { beta: Infinity });
    refused('dpo', { beta: 0 });
    refused('dpo', { beta: '0.1' });
    refused('robust', { labelSmoothing: 0.5 });
    refused('exo_pair', { labelSmoothing: 0 });
    refused('dpo', { fDivergence: 'total_variation' });
    refused('dpo', { fDivergence: 4 });
    expect(() => evaluateObjective('robust', batch, { labelSmoothing: 0.7 })).toThrow(
      'Robust DPO cannot use labelSmoothing = 0.7: it takes a number from 0 to 0.49.',
    );
    expect(() => evaluateObjective('dpo', { ...batch, chosenLength: [1] })).toThrow('chosenLength');
    const { policyMismatched: _p, ...lacking } = batch;
    expect(() => evaluateObjective('kto', lacking)).toThrow('KTO needs the log-probabilities of mismatched pairs');
    expect(() => evaluateObjective('kto', { ...batch, policyMismatched: [1] })).toThrow(UserError);
  });

  it('names of hyper-parameters it does not use are ignored, inherited ones never read', () => {
    const plain = evaluateObjective('dpo', batch, { beta: 0.1 });
    expect(evaluateObjective('dpo', batch, { beta: 0.1, labelSmoothing: 0.3, whatever: NaN })).toEqual(plain);
    const inherited = Object.create({ beta: 5 }) as Record<string, number>;
    expect(evaluateObjective('dpo', batch, inherited)).toEqual(plain);
  });

  it('understands TRL’s names and a divergence by name or by number', () => {
    const { values } = resolveHyper(compileObjective('discopop'), { discopopTau: 0.2 });
    expect(values.tau).toBe(0.2);
    fDivergences.forEach((name, code) => {
      expect(evaluateObjective('dpo', batch, { fDivergence: code })).toEqual(evaluateObjective('dpo', batch, { fDivergence: name }));
    });
    // Where an objective has an alpha of its own, the divergence does not take it.
    const rdpo = resolveHyper(compileObjective('r_dpo'), { alpha: 0.02, fDivergence: 'alpha_divergence' });
    expect(rdpo.values).toMatchObject({ alpha: 0.02, divergenceAlpha: 0.5 });
  });

  it('a loss of one’s own equals the built-in one it spells', () => {
    const custom = compileExpression('1 − σ(β·a) + σ(β·b)');
    expect(evaluateCompiled(custom, batch, { beta: 0.3 })).toEqual(evaluateObjective('apo_zero', batch, { beta: 0.3 }));
  });
});
