// What is said of an objective's gradient, against what its paper and reference/objectives.md say of it.
import { describe, expect, it } from 'vitest';
import {
  behaviourOf, compileExpression, compileObjective, evaluateCompiled, fieldOf, filledFormula, objectives, planeScores, pointOf, usualPair,
  type Behaviour,
} from '../../../../src/engine/objectives';

const beta = 0.1;
const pair = { ...usualPair, beta };
const of = (id: string): Behaviour => behaviourOf(compileObjective(id), { beta }, pair);
const typed = (text: string): Behaviour => behaviourOf(compileExpression(text), { beta }, pair);
const far = (behaviour: Behaviour, ray: keyof Behaviour['far']): string => {
  const { winner, loser } = behaviour.far[ray];
  return `${winner.push} ${winner.limit}, ${loser.push} ${loser.limit}`;
};

describe('the behaviour of', () => {
  it('DPO: only the margin counts; a wrong pair keeps its push, a right one loses it', () => {
    const dpo = of('dpo');
    expect(dpo.start).toEqual({ winner: { push: 'up', strength: beta / 2 }, loser: { push: 'down', strength: beta / 2 } });
    expect(far(dpo, 'wrong')).toBe('up stays, down stays');
    expect(far(dpo, 'right')).toBe('none vanishes, none vanishes');
    expect(dpo.marginOnly).toBe(true);
    expect(dpo.shares).toEqual({ winner: { up: 1, down: 0 }, loser: { up: 0, down: 1 } });
  });

  it('APO-zero: β/4 up and down at the start, and it saturates on both sides', () => {
    const zero = of('apo_zero');
    expect(zero.start.winner).toEqual({ push: 'up', strength: expect.closeTo(beta / 4, 12) as number });
    expect(zero.start.loser).toEqual({ push: 'down', strength: expect.closeTo(beta / 4, 12) as number });
    for (const ray of ['right', 'wrong'] as const) expect(far(zero, ray)).toBe('none vanishes, none vanishes');
    // Each side stands alone: the winner's push does not care where the loser is.
    expect(far(zero, 'loserUp')).toBe('up stays, none vanishes');
    expect(zero.marginOnly).toBe(false);
    expect(zero.shares.winner).toEqual({ up: 1, down: 0 });
  });

  it('APO-down: leaves winners alone at the start, losers go down by β/4; winners go up in one part of the plane and down in another', () => {
    const down = of('apo_down');
    expect(down.start.winner).toEqual({ push: 'none', strength: 0 });
    expect(down.start.loser).toEqual({ push: 'down', strength: expect.closeTo(beta / 4, 12) as number });
    // The sign changes at r_l = 0 and at r_l = 2 r_w: winners rise in the two wedges between, (9 + 18) / 72 of the square.
    expect(down.shares.winner.up).toBeCloseTo(3 / 8, 1);
    expect(down.shares.winner.down).toBeCloseTo(5 / 8, 1);
    expect(down.shares.loser).toEqual({ up: 0, down: 1 });
    expect(far(down, 'wrong')).toBe('none vanishes, none vanishes');
  });

  it('SFT: never touches losers, and never stops', () => {
    const sft = of('sft');
    expect(sft.start).toEqual({ winner: { push: 'up', strength: 1 / 40 }, loser: { push: 'none', strength: 0 } });
    expect(sft.shares.loser).toEqual({ up: 0, down: 0 });
    for (const ray of ['right', 'wrong', 'winnerUp'] as const) expect(far(sft, ray)).toBe('up stays, none vanishes');
  });

  it('hinge: the full push until its margin, and then none', () => {
    expect(far(of('hinge'), 'wrong')).toBe('up stays, down stays');
    expect(far(of('hinge'), 'right')).toBe('none vanishes, none vanishes');
    expect(of('hinge').shares.winner.up).toBeCloseTo(0.5 + (1 / 2 - (1 / 2) * (11 / 12) ** 2), 1);
  });

  it('IPO: pulls back what went too far, harder the further', () => {
    expect(far(of('ipo'), 'right')).toBe('down grows, up grows');
    expect(far(of('ipo'), 'wrong')).toBe('up grows, down grows');
  });

  it('losses of one’s own, with every way to go wrong', () => {
    expect(far(typed('exp(-beta * (a - b))'), 'wrong')).toBe('up grows, down grows');
    expect(far(typed('log(1 + a * a / 100)'), 'winnerUp')).toBe('none vanishes, none vanishes');
    expect(typed('log(3 - a)')).toMatchObject({ broken: true, far: { winnerUp: { winner: { push: 'none', limit: 'undefined' } } } });
    expect(typed('lw')).toMatchObject({ start: { winner: { push: 'down', strength: 1 } }, broken: false });
    expect(typed('1')).toMatchObject({ start: { winner: { push: 'none' }, loser: { push: 'none' } }, marginOnly: false });
  });

  it.each(Object.keys(objectives))('%s can be computed', (id) => {
    for (const strength of [0.01, 0.1, 2.5]) {
      const behaviour = behaviourOf(compileObjective(id), { beta: strength }, { ...usualPair, beta: strength });
      expect(behaviour.broken).toBe(false);
      expect(Object.values(behaviour.far).flatMap(({ winner, loser }) => [winner.limit, loser.limit])).not.toContain('undefined');
    }
  });
});

describe('the plane', () => {
  it.each(Object.keys(objectives))('has for %s the slopes of its own loss', (id) => {
    const objective = compileObjective(id);
    const step = 1e-5;
    for (const [w, l] of [[0.31, -0.7], [-1.3, 0.43], [2.17, 1.11]] as const) {
      const at = (dw: number, dl: number): number => pointOf(objective, { beta }, pair, [w + dw, l + dl]).loss;
      const { dChosen, dRejected } = pointOf(objective, { beta }, pair, [w, l]);
      // A step of the reward is a step of 1/β of the log-probability.
      expect(((at(step, 0) - at(-step, 0)) / (2 * step)) * beta).toBeCloseTo(dChosen, 6);
      expect(((at(0, step) - at(0, -step)) / (2 * step)) * beta).toBeCloseTo(dRejected, 6);
    }
  });

  it('is laid out row by row, the rejected reward rising from row to row', () => {
    const field = fieldOf(compileExpression('beta * a + 10 * beta * b'), { beta }, pair, 2, 3);
    expect(field.axis).toEqual([-2, 0, 2]);
    expect(field.loss.map((value) => Math.round(value))).toEqual([-22, -20, -18, -2, 0, 2, 18, 20, 22]);
  });

  it.each(Object.keys(objectives))('fills the formula of %s in with numbers that come to its loss', (id) => {
    const objective = compileObjective(id);
    const round = { ...pair, beta: 0.5 };
    // Rewards whose log-ratios need no more than three figures.
    const point = [0.75, -1.25] as const;
    const { text } = filledFormula(objective, { beta: 0.5 }, round, point);
    expect(text).not.toMatch(/\b(a|b|sw|sl|lw|ll|refw|refl|nw|nl|beta|tau|lambda|gamma|alpha|KL)\b/);
    const filled = evaluateCompiled(compileExpression(text), planeScores([[0, 0]], round)).loss[0]!;
    const exact = pointOf(objective, { beta: 0.5 }, round, point).loss;
    expect(filled).toBeCloseTo(exact, 9);
  });

  it('shows losses that sort a batch as they are for a batch of one', () => {
    const aot = fieldOf(compileObjective('aot'), { beta, labelSmoothing: 0 }, pair, 3, 5);
    const dpo = fieldOf(compileObjective('dpo'), { beta }, pair, 3, 5);
    aot.loss.forEach((value, i) => expect(value).toBeCloseTo(dpo.loss[i]!, 12));
  });
});
