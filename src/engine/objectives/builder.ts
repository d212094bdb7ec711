// Builds a graph: one function an operation, each of which simplifies before it adds a node.
// Simplifications hold exactly for numbers that are finite; 0 · x is 0 even where x has overflowed, as the limit is.
import { apply, type BinaryOperation, type GraphNode, type Id, type UnaryOperation } from './graph';
import type { VariableName } from './language/names';

export interface GraphBuilder {
  readonly nodes: readonly GraphNode[];
  constant(value: number): Id;
  variable(name: VariableName): Id;
  unary(op: UnaryOperation, x: Id): Id;
  add(x: Id, y: Id): Id;
  sub(x: Id, y: Id): Id;
  mul(x: Id, y: Id): Id;
  div(x: Id, y: Id): Id;
  pow(x: Id, y: Id): Id;
  max(x: Id, y: Id): Id;
  min(x: Id, y: Id): Id;
  /** 1 where x > y, else 0. */
  gt(x: Id, y: Id): Id;
  ge(x: Id, y: Id): Id;
  select(c: Id, x: Id, y: Id): Id;
  /** The node's number where it is a constant. */
  valueOf(x: Id): number | undefined;
}

export function createGraph(): GraphBuilder {
  const nodes: GraphNode[] = [];
  const known = new Map<string, Id>();

  function intern(key: string, node: GraphNode): Id {
    const found = known.get(key);
    if (found !== undefined) return found;
    nodes.push(node);
    known.set(key, nodes.length - 1);
    return nodes.length - 1;
  }

  const at = (x: Id): GraphNode => nodes[x]!;
  const valueOf = (x: Id): number | undefined => {
    const node = at(x);
    return node.op === 'const' ? node.value : undefined;
  };
  const isConstant = (x: Id, value: number): boolean => valueOf(x) === value;
  /** x where the node is −x or a negative number. */
  const negated = (id: Id): Id | undefined => {
    const node = at(id);
    if (node.op === 'neg') return node.x;
    return node.op === 'const' && node.value < 0 ? constant(-node.value) : undefined;
  };
  const selection = (id: Id): { c: Id; x: Id; y: Id } | undefined => {
    const node = at(id);
    return node.op === 'select' ? node : undefined;
  };
  /** A choice one side of which is 0. */
  const zeroOr = (id: Id): { c: Id; x: Id; y: Id } | undefined => {
    const node = selection(id);
    return node && (isConstant(node.x, 0) || isConstant(node.y, 0)) ? node : undefined;
  };
  const product = (id: Id): { x: Id; y: Id } | undefined => {
    const node = at(id);
    return node.op === 'mul' ? node : undefined;
  };

  const areConstant = (x: Id, y: Id): boolean => valueOf(x) !== undefined && valueOf(y) !== undefined;

  function binary(op: BinaryOperation, x: Id, y: Id): Id {
    const left = valueOf(x);
    const right = valueOf(y);
    if (left !== undefined && right !== undefined) return constant(apply({ op }, left, right));
    // Sums and products of the same two things are one node, in whichever order they were first written.
    const swapped = op === 'add' || op === 'mul' ? known.get(`${op} ${y} ${x}`) : undefined;
    return swapped ?? intern(`${op} ${x} ${y}`, { op, x, y });
  }

  const constant = (value: number): Id => intern(`const ${Object.is(value, -0) ? 0 : value}`, { op: 'const', value: value + 0 });

  const variable = (name: VariableName): Id => intern(`var ${name}`, { op: 'var', name });

  function unary(op: UnaryOperation, x: Id): Id {
    const value = valueOf(x);
    if (value !== undefined) return constant(apply({ op }, value, 0));
    const inside = at(x);
    if (op === 'neg') {
      if (inside.op === 'neg') return inside.x;
      if (inside.op === 'sub') return sub(inside.y, inside.x);
      if (zeroOr(x) && inside.op === 'select') return select(inside.c, unary('neg', inside.x), unary('neg', inside.y));
    }
    // Both are even functions.
    if ((op === 'delta' || op === 'abs') && inside.op === 'neg') return unary(op, inside.x);
    return intern(`${op} ${x}`, { op, x });
  }

  /** A factor that two terms share, and what is left of each. */
  function commonFactor(x: Id, y: Id): { factor: Id; x: Id; y: Id } | undefined {
    const left = product(x);
    const right = product(y);
    if (left && right) {
      if (left.x === right.x) return { factor: left.x, x: left.y, y: right.y };
      if (left.x === right.y) return { factor: left.x, x: left.y, y: right.x };
      if (left.y === right.x) return { factor: left.y, x: left.x, y: right.y };
      if (left.y === right.y) return { factor: left.y, x: left.x, y: right.x };
    }
    // k·x + k is k·(x + 1).
    const one = constant(1);
    if (left && left.x === y) return { factor: y, x: left.y, y: one };
    if (left && left.y === y) return { factor: y, x: left.x, y: one };
    if (right && right.x === x) return { factor: x, x: one, y: right.y };
    if (right && right.y === x) return { factor: x, x: one, y: right.x };
    return undefined;
  }

  function add(x: Id, y: Id): Id {
    if (isConstant(x, 0)) return y;
    if (isConstant(y, 0)) return x;
    if (areConstant(x, y)) return binary('add', x, y);
    if (x === y) return mul(constant(2), x);
    const minusY = negated(y);
    if (minusY !== undefined) return sub(x, minusY);
    const minusX = negated(x);
    if (minusX !== undefined) return sub(y, minusX);
    return together(x, y, add) ?? binary('add', x, y);
  }

  function sub(x: Id, y: Id): Id {
    if (isConstant(y, 0)) return x;
    if (isConstant(x, 0)) return unary('neg', y);
    if (areConstant(x, y)) return binary('sub', x, y);
    if (x === y) return constant(0);
    const minusY = negated(y);
    if (minusY !== undefined) return add(x, minusY);
    const minusX = negated(x);
    if (minusX !== undefined) return unary('neg', add(minusX, y));
    return together(x, y, sub) ?? binary('sub', x, y);
  }

  /** A sum or difference taken inside what both terms share: a factor, or a choice by the same condition. */
  function together(x: Id, y: Id, combine: (x: Id, y: Id) => Id): Id | undefined {
    const left = selection(x);
    const right = selection(y);
    if (left && right && left.c === right.c) return select(left.c, combine(left.x, right.x), combine(left.y, right.y));
    const common = commonFactor(x, y);
    return common && mul(common.factor, combine(common.x, common.y));
  }

  function mul(x: Id, y: Id): Id {
    if (isConstant(x, 0) || isConstant(y, 0)) return constant(0);
    if (isConstant(x, 1)) return y;
    if (isConstant(y, 1)) return x;
    if (areConstant(x, y)) return binary('mul', x, y);
    const minusX = negated(x);
    if (minusX !== undefined) return unary('neg', mul(minusX, y));
    const minusY = negated(y);
    if (minusY !== undefined) return unary('neg', mul(x, minusY));
    // The branch that is 0 stays 0, however large the other factor.
    const leftChoice = zeroOr(x);
    if (leftChoice) return select(leftChoice.c, mul(leftChoice.x, y), mul(leftChoice.y, y));
    const rightChoice = zeroOr(y);
    if (rightChoice) return select(rightChoice.c, mul(x, rightChoice.x), mul(x, rightChoice.y));
    // Numbers go to the front, where they meet and fold.
    const factor = valueOf(x);
    if (valueOf(y) !== undefined) return mul(y, x);
    const right = product(y);
    const rightFactor = right && valueOf(right.x);
    if (right && rightFactor !== undefined) {
      return factor === undefined
        ? mul(right.x, mul(x, right.y))
        : mul(constant(factor * rightFactor), right.y);
    }
    const left = product(x);
    if (left && valueOf(left.x) !== undefined) return mul(left.x, mul(left.y, y));
    return reciprocal(x, y) ?? reciprocal(y, x) ?? slope(x, y) ?? binary('mul', x, y);
  }

  /** (1/n)·y as y/n. */
  function reciprocal(x: Id, y: Id): Id | undefined {
    const node = at(x);
    return node.op === 'div' && isConstant(node.x, 1) ? div(y, node.y) : undefined;
  }

  /** σ(u)·σ(−u) as δ(u), also where one of them is the last factor of a product. */
  function slope(x: Id, y: Id): Id | undefined {
    const left = at(x);
    const right = at(y);
    if (left.op === 'mul') {
      const inner = slope(left.y, y);
      return inner === undefined ? undefined : mul(left.x, inner);
    }
    if (left.op !== 'sigmoid' || right.op !== 'sigmoid') return undefined;
    return negated(right.x) === left.x || negated(left.x) === right.x ? unary('delta', left.x) : undefined;
  }

  function div(x: Id, y: Id): Id {
    if (isConstant(x, 0)) return x;
    if (isConstant(y, 1)) return x;
    if (areConstant(x, y)) return binary('div', x, y);
    const minusX = negated(x);
    if (minusX !== undefined) return unary('neg', div(minusX, y));
    const minusY = negated(y);
    if (minusY !== undefined) return unary('neg', div(x, minusY));
    const choice = zeroOr(x);
    if (choice) return select(choice.c, div(choice.x, y), div(choice.y, y));
    return binary('div', x, y);
  }

  function pow(x: Id, y: Id): Id {
    if (isConstant(y, 0)) return constant(1);
    if (isConstant(y, 1)) return x;
    // Products agree on every device; pow of a negative number does not.
    if (isConstant(y, 2)) return mul(x, x);
    if (isConstant(y, 3)) return mul(x, mul(x, x));
    if (isConstant(y, 0.5)) return unary('sqrt', x);
    if (isConstant(y, -1)) return div(constant(1), x);
    return binary('pow', x, y);
  }

  function select(c: Id, x: Id, y: Id): Id {
    if (x === y) return x;
    const condition = valueOf(c);
    if (condition !== undefined) return condition !== 0 ? x : y;
    return intern(`select ${c} ${x} ${y}`, { op: 'select', c, x, y });
  }

  return {
    nodes,
    constant,
    variable,
    unary,
    add,
    sub,
    mul,
    div,
    pow,
    max: (x, y) => (x === y ? x : binary('max', x, y)),
    min: (x, y) => (x === y ? x : binary('min', x, y)),
    gt: (x, y) => (x === y ? constant(0) : binary('gt', x, y)),
    ge: (x, y) => (x === y ? constant(1) : binary('ge', x, y)),
    select,
    valueOf,
  };
}
