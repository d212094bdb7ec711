// Objectives exported as Python. A Python interpreter has run the exported text (tests/support/pythonLosses.ts says how);
// its losses are held against ours, and the text against what is exported today.
import { describe, expect, it } from 'vitest';
import { compileExpression, compileObjective, evaluateCompiled, evaluateObjective, pythonLoss, pythonName } from '../../../../src/engine/objectives';
import fixture from '../../../fixtures/python-losses.json';
import golden from '../../../fixtures/objectives-golden.json';
import { pythonBatch, pythonCases } from '../../../support/pythonLosses';

describe('a loss as Python', () => {
  it.each(pythonCases.map((one, i) => ({ ...one, ran: fixture.cases[i]! })))('$title gives the numbers of the lab', ({ id, expression, hyper, python, ran }) => {
    expect(python).toBe(ran.python);
    const { loss } = evaluateCompiled(id === undefined ? compileExpression(expression!) : compileObjective(id), pythonBatch, hyper);
    expect(loss).toHaveLength(ran.loss.length);
    loss.forEach((value, i) => expect(Math.abs(value - ran.loss[i]!) / Math.max(1, Math.abs(value))).toBeLessThan(1e-12));
  });

  it('gives TRL’s own numbers for a batch that TRL has evaluated', () => {
    const trl = golden[0]!;
    expect(trl).toMatchObject({ lossType: 'sigmoid', beta: 0.1, policyChosen: pythonBatch.policyChosen, rejectedLength: pythonBatch.rejectedLength });
    const ours = evaluateObjective('dpo', pythonBatch, { beta: 0.1 }).loss;
    ours.forEach((value, i) => expect(value).toBeCloseTo(trl.loss[i]!, 9));
  });

  it('is one function named after the loss, with the numbers it was tried with', () => {
    const text = pythonLoss(compileExpression('-logsigmoid(beta * (a - b)) + lambda * max(0, -a)'), { name: 'Held DPO', hyper: { beta: 0.25, lambda: 3 } });
    expect(text).toContain('def held_dpo(chosen_logps, rejected_logps, ref_chosen_logps, ref_rejected_logps, *, beta=0.25, lambda_=3):');
    expect(text).toContain('loss = -F.logsigmoid(beta * (a - b)) + lambda_ * torch.maximum(number(0.0), -a)');
    expect(text).toContain('#     elif loss_type == "held_dpo":');
    expect(text).not.toMatch(/chosen_lengths|kl/);
  });

  it.each([
    ['DPO', 'dpo'],
    ['2nd try!', 'loss_2nd_try'],
    ['lambda', 'loss_lambda'],
    ['나의 손실', 'my_loss'],
    ['x"""\nimport os', 'x_import_os'],
    ['Ünïcode', 'u_ni_code'],
    ['', 'my_loss'],
  ])('a loss called “%s” is a function called %s', (name, expected) => {
    expect(pythonName(name)).toBe(expected);
  });

  it('never takes a line of a name or a formula into the program', () => {
    const text = pythonLoss(compileExpression('a\n+ b'), { name: 'x\nimport os #' });
    expect(text.split('\n').filter((line) => /^\s*import/.test(line))).toEqual(['import torch', 'import torch.nn.functional as F']);
  });
});
