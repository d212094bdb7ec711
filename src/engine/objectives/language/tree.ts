// The expression tree, as parsed: immutable plain data, so that it can be compared, cloned and printed.
import type { FunctionName, VariableName } from './names';

export type BinaryOperator = '+' | '-' | '*' | '/' | '^' | '<' | '>' | '<=' | '>=';

export type Expression =
  /** Finite and never negative: a negative number is a negation. */
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: VariableName }
  | { readonly kind: 'negate'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly fn: FunctionName; readonly args: readonly Expression[] };

/** Every variable an expression names. */
export function variablesOf(expression: Expression): Set<VariableName> {
  const found = new Set<VariableName>();
  const waiting: Expression[] = [expression];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'name') found.add(node.name);
    else if (node.kind === 'negate') waiting.push(node.of);
    else if (node.kind === 'binary') waiting.push(node.left, node.right);
    else if (node.kind === 'call') waiting.push(...node.args);
  }
  return found;
}

/** The expression with some variables replaced by other expressions. */
export function substitute(
  expression: Expression,
  replacements: ReadonlyMap<VariableName, Expression>,
): Expression {
  switch (expression.kind) {
    case 'number':
      return expression;
    case 'name':
      return replacements.get(expression.name) ?? expression;
    case 'negate':
      return { kind: 'negate', of: substitute(expression.of, replacements) };
    case 'binary':
      return {
        kind: 'binary',
        op: expression.op,
        left: substitute(expression.left, replacements),
        right: substitute(expression.right, replacements),
      };
    case 'call':
      return { kind: 'call', fn: expression.fn, args: expression.args.map((arg) => substitute(arg, replacements)) };
  }
}
