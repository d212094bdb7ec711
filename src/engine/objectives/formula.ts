// The formulas a person reads: an objective and its gradient as text and as TeX.
import { programOf, resolveHyper, type CompiledObjective, type HyperInput } from './compile';
import { withDivergence } from './divergences';
import { printExpression } from './language/print';
import { texOf } from './language/tex';
import { raise } from './raise';

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
