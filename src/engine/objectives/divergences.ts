// The f-divergences that turn log-ratios into scores (Wang et al. 2309.16240; TRL's `f_divergence_type`).
import { parseExpression } from './language/parse';
import { substitute, type Expression } from './language/tree';

export const fDivergences = ['reverse_kl', 'forward_kl', 'js_divergence', 'alpha_divergence'] as const;

/** In a hyper-parameter record, which holds numbers alone, a divergence is its place in `fDivergences`. */
export type FDivergence = (typeof fDivergences)[number];

/**
 * The score of the chosen: f′(πθ/π_ref) without its additive constant, which cancels in differences.
 * Exponents are held at 80, as TRL holds alpha's, so that they fit float32. TRL also takes alpha's exponential in float32,
 * whatever the precision around it; here it has the precision of everything else.
 */
const scoreOfChosen: Record<FDivergence, string> = {
  reverse_kl: 'a',
  forward_kl: '-exp(min(-a, 80))',
  js_divergence: 'logsigmoid(a)',
  alpha_divergence: 'exp(min((divergenceAlpha - 1) * a, 80)) / (divergenceAlpha - 1)',
};

/** The expression with its scores `sw` and `sl` written out for one divergence. */
export function withDivergence(expression: Expression, divergence: FDivergence): Expression {
  const chosen = parseExpression(scoreOfChosen[divergence]);
  const rejected = substitute(chosen, new Map([['a', { kind: 'name', name: 'b' } as const]]));
  return substitute(
    expression,
    new Map([
      ['sw', chosen],
      ['sl', rejected],
    ]),
  );
}
