// The cases of tests/fixtures/python-losses.json: objectives as Python, and the batch they are run on. To make the file anew:
// node scripts/run.mjs tests/support/pythonLosses.ts | python3 tests/support/python_losses.py > tests/fixtures/python-losses.json
import { compileExpression, compileObjective, objectives, pythonLoss, type HyperInput } from '../../src/engine/objectives';

/** One batch for all; the mismatched pairs give a KL of 1.25. */
export const pythonBatch = {
  policyChosen: [-52.207, -10.849, -15.701, -45.206, -31.265, -33.93],
  policyRejected: [-22.208, -14.254, -54.556, -58.356, -11.526, -34.9],
  referenceChosen: [-48.011, -18.815, -16.575, -41.661, -35.605, -26.806],
  referenceRejected: [-15.785, -21.765, -62.149, -57.693, -4.5, -36.801],
  chosenLength: [16, 30, 4, 36, 17, 31],
  rejectedLength: [34, 38, 17, 25, 17, 17],
  KL: 1.25,
};

const own = [
  'max(0, 1 - beta * a, b - 2) + min(a, 3) / 7',
  'where(a > 0, softplus(-beta * a), 1 + step(b) + sign(b)) + clamp(b, -1, 1)',
  'detach(delta(beta * b)) * -a + (a >= b) * 0.5 + exp(2) ^ -1',
  'abs(a - b) ^ 2 ^ 0.5 - -sqrt(abs(a)) * square(lambda) + expm1(beta) - log(nw / nl)',
  'where(b - 1, log1mexp(-abs(a) - 0.1), lw * (refw <= -20))',
  '1',
];

export interface PythonCase {
  readonly title: string;
  readonly expression?: string;
  readonly id?: string;
  readonly hyper: HyperInput;
  readonly python: string;
}

const make = (title: string, hyper: HyperInput, by: { readonly id: string } | { readonly expression: string }): PythonCase => ({
  title,
  ...by,
  hyper,
  python: pythonLoss('id' in by ? compileObjective(by.id) : compileExpression(by.expression), { name: title, hyper }),
});

export const pythonCases: readonly PythonCase[] = [
  ...Object.keys(objectives).map((id) => make(id, { beta: 0.3, labelSmoothing: 0.1 }, { id })),
  ...(['forward_kl', 'js_divergence', 'alpha_divergence'] as const).map((fDivergence) =>
    make(`dpo ${fDivergence}`, { beta: 0.2, fDivergence }, { id: 'dpo' }),
  ),
  ...own.map((expression, i) => make(`own ${i + 1}`, { beta: 0.4, lambda: 1.5 }, { expression })),
];

if (process.argv[1]?.includes('pythonLosses')) console.log(JSON.stringify({ batch: pythonBatch, cases: pythonCases }));
