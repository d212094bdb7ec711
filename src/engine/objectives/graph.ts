// The expression as a graph: each distinct value once, simplified as it is built, children always before parents.
// Derivatives, evaluation and WGSL all work on it, none of them by recursion.
import type { VariableName } from './language/names';
import { float64 } from './numerics';

export type UnaryOperation =
  | 'neg'
  | 'sigmoid'
  | 'delta'
  | 'softplus'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1mexp'
  | 'sqrt'
  | 'abs'
  | 'detach';

export type BinaryOperation = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min' | 'gt' | 'ge';

/** A node's number within its graph. */
export type Id = number;

export interface BinaryNode {
  readonly op: BinaryOperation;
  readonly x: Id;
  readonly y: Id;
}

export type GraphNode =
  | { readonly op: 'const'; readonly value: number }
  | { readonly op: 'var'; readonly name: VariableName }
  | { readonly op: UnaryOperation; readonly x: Id }
  | BinaryNode
  /** `x` where `c` is not 0, else `y`. */
  | { readonly op: 'select'; readonly c: Id; readonly x: Id; readonly y: Id };

const binaryOperations: readonly string[] = ['add', 'sub', 'mul', 'div', 'pow', 'max', 'min', 'gt', 'ge'];

export function isBinary(node: GraphNode): node is BinaryNode {
  return binaryOperations.includes(node.op);
}

/** The nodes a node is made from. */
export function childrenOf(node: GraphNode): Id[] {
  if (node.op === 'const' || node.op === 'var') return [];
  if (node.op === 'select') return [node.c, node.x, node.y];
  return isBinary(node) ? [node.x, node.y] : [node.x];
}

/** What one operation does to numbers of float64; used for constants. */
export function apply(node: { op: UnaryOperation } | { op: BinaryOperation }, x: number, y: number): number {
  switch (node.op) {
    case 'neg':
      return -x;
    case 'sigmoid':
      return float64.sigmoid(x);
    case 'delta':
      return float64.delta(x);
    case 'softplus':
      return float64.softplus(x);
    case 'exp':
      return Math.exp(x);
    case 'expm1':
      return Math.expm1(x);
    case 'log':
      return Math.log(x);
    case 'log1mexp':
      return float64.log1mexp(x);
    case 'sqrt':
      return Math.sqrt(x);
    case 'abs':
      return Math.abs(x);
    case 'detach':
      return x;
    case 'add':
      return x + y;
    case 'sub':
      return x - y;
    case 'mul':
      return x * y;
    case 'div':
      return x / y;
    case 'pow':
      return x ** y;
    case 'max':
      return Math.max(x, y);
    case 'min':
      return Math.min(x, y);
    case 'gt':
      return x > y ? 1 : 0;
    case 'ge':
      return x >= y ? 1 : 0;
  }
}
