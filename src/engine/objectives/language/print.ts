// Prints a tree as text that parses back to the same tree. Used where a formula is shown to be edited.
import type { BinaryOperator, Expression } from './tree';

/** How tightly a form binds; a part that binds less than its place asks for gets parentheses. */
export const strength = { comparison: 1, sum: 2, product: 3, negation: 4, power: 5, primary: 6 } as const;

const operatorStrength: Record<BinaryOperator, number> = {
  '<': strength.comparison,
  '>': strength.comparison,
  '<=': strength.comparison,
  '>=': strength.comparison,
  '+': strength.sum,
  '-': strength.sum,
  '*': strength.product,
  '/': strength.product,
  '^': strength.power,
};

/** How tightly an expression's outermost form binds, and what its left and right parts must at least have. */
export function bindingOf(expression: Expression): { own: number; left: number; right: number } {
  if (expression.kind === 'negate') return { own: strength.negation, left: 0, right: strength.negation };
  if (expression.kind !== 'binary') return { own: strength.primary, left: 0, right: 0 };
  const own = operatorStrength[expression.op];
  // Sums and products group to the left, powers to the right; a comparison is not compared again.
  if (expression.op === '^') return { own, left: strength.primary, right: strength.negation };
  if (own === strength.comparison) return { own, left: strength.sum, right: strength.sum };
  return { own, left: own, right: own + 1 };
}

/** The expression as text. */
export function printExpression(expression: Expression): string {
  const { left, right } = bindingOf(expression);
  switch (expression.kind) {
    case 'number':
      return String(expression.value);
    case 'name':
      return expression.name;
    case 'negate':
      return `-${printAt(expression.of, right)}`;
    case 'binary':
      return `${printAt(expression.left, left)} ${expression.op} ${printAt(expression.right, right)}`;
    case 'call':
      return `${expression.fn}(${expression.args.map(printExpression).join(', ')})`;
  }
}

function printAt(expression: Expression, least: number): string {
  const text = printExpression(expression);
  return bindingOf(expression).own < least ? `(${text})` : text;
}
