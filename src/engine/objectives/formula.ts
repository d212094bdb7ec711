// The formulas a person reads: an objective and its gradient as text and as TeX.
import { programOf, resolveHyper, type CompiledObjective, type HyperInput } from './compile';
import { withDivergence } from './divergences';
import { printExpression } from './language/print';
import { texOf } from './language/tex';
import { isPairVariable, type VariableName } from './language/names';
import { substitute, variablesOf, type Expression } from './language/tree';
import type { PairAt } from './plane';
import { numberOf, raise } from './raise';

/** The loss of one pair as TeX; `hyper` matters only through its f-divergence. */
export function objectiveTeX(objective: CompiledObjective, hyper: HyperInput = {}): string {
  return texOf(withDivergence(objective.tree, resolveHyper(objective, hyper).divergence));
}

/** The loss of one pair as canonical text of the expression language; parses back to the same tree. */
export function objectiveText(objective: CompiledObjective): string {
  return printExpression(objective.tree);
}

/** A derivative in both notations. */
export interface Formula {
  readonly text: string;
  readonly tex: string;
}

/** Both derivatives of the loss, simplified; undefined where one is too long to be read. */
export function gradientFormulas(
  objective: CompiledObjective,
  hyper: HyperInput = {},
): { readonly dChosen: Formula | undefined; readonly dRejected: Formula | undefined } {
  const program = programOf(objective, resolveHyper(objective, hyper).divergence);
  const formula = (root: number): Formula | undefined => {
    const tree = raise(program.nodes, root);
    return tree && { text: printExpression(tree), tex: texOf(tree) };
  };
  return { dChosen: formula(program.dChosen), dRejected: formula(program.dRejected) };
}

/**
 * The loss of one pair with every name replaced by its number, the pair's own to three figures: what is worked out at a point of the plane
 * (rewards of chosen and rejected, see plane.ts).
 */
export function filledFormula(objective: CompiledObjective, hyper: HyperInput, pair: PairAt, [chosen, rejected]: readonly [number, number]): Formula {
  const { values, divergence } = resolveHyper(objective, hyper);
  const tree = withDivergence(objective.tree, divergence);
  const [a, b] = [chosen / pair.beta, rejected / pair.beta];
  const known: Readonly<Record<VariableName, number>> = {
    ...values,
    a,
    b,
    sw: a,
    sl: b,
    lw: pair.referenceChosen + a,
    ll: pair.referenceRejected + b,
    refw: pair.referenceChosen,
    refl: pair.referenceRejected,
    nw: pair.chosenLength,
    nl: pair.rejectedLength,
    KL: pair.KL,
  };
  const shown = (name: VariableName): number => (isPairVariable(name) ? Number(known[name].toPrecision(3)) : known[name]);
  const numbers = new Map([...variablesOf(tree)].map((name): [VariableName, Expression] => [name, numberOf(shown(name))]));
  const filled = substitute(tree, numbers);
  return { text: printExpression(filled), tex: texOf(filled) };
}
