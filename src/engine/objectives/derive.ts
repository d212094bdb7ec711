// Symbolic derivatives on a graph, by the chain rule in one sweep from the leaves up.
import type { GraphBuilder } from './builder';
import type { GraphNode, Id } from './graph';
import type { VariableName } from './language/names';
import { signOf } from './lower';

/**
 * The derivative of node `of` with respect to whatever makes the variables in `seeds` grow at the given rates;
 * all other variables stand still. Where a function has a corner (max, min, abs, where) it is the derivative of
 * the branch that is taken; at a tie of max or min, of the first argument.
 */
export function derive(graph: GraphBuilder, of: Id, seeds: ReadonlyMap<VariableName, number>): Id {
  const zero = graph.constant(0);
  // Children come before parents, so one pass over the nodes that exist now is enough.
  const derivatives: Id[] = [];
  for (let id = 0; id <= of; id++) derivatives.push(deriveNode(graph, id, derivatives, seeds, zero));
  return derivatives[of]!;
}

function deriveNode(
  graph: GraphBuilder,
  id: Id,
  derivatives: readonly Id[],
  seeds: ReadonlyMap<VariableName, number>,
  zero: Id,
): Id {
  const { unary, add, sub, mul, div, pow, gt, select, constant } = graph;
  const node: GraphNode = graph.nodes[id]!;
  const d = (child: Id): Id => derivatives[child]!;
  switch (node.op) {
    case 'const':
    case 'detach':
    case 'gt':
    case 'ge':
      return zero;
    case 'var':
      return constant(seeds.get(node.name) ?? 0);
    case 'neg':
      return unary('neg', d(node.x));
    case 'sigmoid':
      return mul(d(node.x), unary('delta', node.x));
    case 'delta':
      return mul(d(node.x), mul(id, sub(constant(1), mul(constant(2), unary('sigmoid', node.x)))));
    case 'softplus':
      return mul(d(node.x), unary('sigmoid', node.x));
    case 'exp':
      return mul(d(node.x), id);
    case 'expm1':
      return mul(d(node.x), unary('exp', node.x));
    case 'log':
      return div(d(node.x), node.x);
    case 'log1mexp':
      return unary('neg', div(d(node.x), unary('expm1', unary('neg', node.x))));
    case 'sqrt':
      return div(d(node.x), mul(constant(2), id));
    case 'abs':
      return mul(d(node.x), signOf(node.x, graph));
    case 'add':
      return add(d(node.x), d(node.y));
    case 'sub':
      return sub(d(node.x), d(node.y));
    case 'mul':
      return add(mul(d(node.x), node.y), mul(d(node.y), node.x));
    case 'div':
      // (x/y)' = x'/y − (x/y)·y'/y
      return sub(div(d(node.x), node.y), mul(id, div(d(node.y), node.y)));
    case 'pow':
      // (xʸ)' = y·xʸ⁻¹·x' + xʸ·log x·y'
      return add(
        mul(d(node.x), mul(node.y, pow(node.x, sub(node.y, constant(1))))),
        d(node.y) === zero ? zero : mul(d(node.y), mul(id, unary('log', node.x))),
      );
    case 'max':
      return select(gt(node.y, node.x), d(node.y), d(node.x));
    case 'min':
      return select(gt(node.x, node.y), d(node.y), d(node.x));
    case 'select':
      return select(node.c, d(node.x), d(node.y));
  }
}
