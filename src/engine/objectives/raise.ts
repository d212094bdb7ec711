// From a graph back to a tree, so that a derivative can be printed like any formula.
import { childrenOf, isBinary, type GraphNode, type Id } from './graph';
import type { BinaryOperator, Expression } from './language/tree';

/** A graph shares parts and a tree repeats them: beyond this many nodes a formula is not worth reading. */
const MAX_TREE_NODES = 400;

const operators = { add: '+', sub: '-', mul: '*', div: '/', pow: '^', gt: '>', ge: '>=' } as const;

/** The tree of one node, or undefined where it would be too large to show. */
export function raise(nodes: readonly GraphNode[], root: Id): Expression | undefined {
  const sizes: number[] = [];
  const trees: Expression[] = [];
  for (let id = 0; id <= root; id++) {
    const node = nodes[id]!;
    const children = childrenOf(node);
    const size = 1 + children.reduce((sum, child) => sum + sizes[child]!, 0);
    // Sizes of repeated parts may double at every step; the sum is capped long before it overflows.
    sizes.push(Math.min(size, MAX_TREE_NODES + 1));
    trees.push(treeOf(node, (child) => trees[child]!));
  }
  return sizes[root]! > MAX_TREE_NODES ? undefined : trees[root];
}

function treeOf(node: GraphNode, tree: (id: Id) => Expression): Expression {
  if (node.op === 'const') return numberOf(node.value);
  if (node.op === 'var') return { kind: 'name', name: node.name };
  if (node.op === 'select') return { kind: 'call', fn: 'where', args: [tree(node.c), tree(node.x), tree(node.y)] };
  if (isBinary(node)) {
    const { op } = node;
    if (op === 'max' || op === 'min') return { kind: 'call', fn: op, args: [tree(node.x), tree(node.y)] };
    const operator: BinaryOperator = operators[op];
    return { kind: 'binary', op: operator, left: tree(node.x), right: tree(node.y) };
  }
  if (node.op === 'neg') return negate(tree(node.x));
  return { kind: 'call', fn: node.op, args: [tree(node.x)] };
}

/** −(x · y) reads better as −x · y. */
function negate(of: Expression): Expression {
  const isProduct = of.kind === 'binary' && (of.op === '*' || of.op === '/');
  return isProduct ? { ...of, left: negate(of.left) } : { kind: 'negate', of };
}

/** The language has no negative numbers, only negations. */
export function numberOf(value: number): Expression {
  return value < 0 ? { kind: 'negate', of: { kind: 'number', value: -value } } : { kind: 'number', value };
}
