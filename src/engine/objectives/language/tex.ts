// Prints a tree as TeX for KaTeX, in the notation of the papers: σ, β, δ, fractions, e to a power.
import { hyperParameters, isPairVariable, pairVariables, type FunctionName } from './names';
import { bindingOf, strength } from './print';
import type { BinaryOperator, Expression } from './tree';

const comparisons: Partial<Record<BinaryOperator, string>> = { '<': '<', '>': '>', '<=': '\\le', '>=': '\\ge' };

const functionTex: Partial<Record<FunctionName, string>> = {
  sigmoid: '\\sigma',
  logsigmoid: '\\log\\sigma',
  delta: '\\delta',
  log: '\\log',
  max: '\\max',
  min: '\\min',
  logodds: '\\operatorname{log\\,odds}',
  sign: '\\operatorname{sign}',
  detach: '\\operatorname{detach}',
};

/** The expression as TeX, without delimiters. */
export function texOf(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return numberTex(expression.value);
    case 'name':
      return isPairVariable(expression.name) ? pairVariables[expression.name].tex : hyperParameters[expression.name].tex;
    case 'negate':
      return negated(texAt(expression.of, strength.product));
    case 'binary':
      return binaryTex(expression);
    case 'call':
      return callTex(expression.fn, expression.args);
  }
}

function binaryTex(expression: Expression & { kind: 'binary' }): string {
  const { op } = expression;
  const binding = bindingOf(expression);
  const left = (): string => texAt(expression.left, binding.left);
  const right = (): string => rightTex(expression.right, binding.right);
  switch (op) {
    case '/': {
      const above = texOf(expression.left);
      const below = texOf(expression.right);
      // The sign of a fraction stands before it.
      return expression.left.kind === 'negate' ? `-\\frac{${above.slice(1)}}{${below}}` : `\\frac{${above}}{${below}}`;
    }
    case '^':
      return `${powerBase(expression.left)}^{${texOf(expression.right)}}`;
    case '*':
      return `${left()}${between(right())}${right()}`;
    case '+':
    case '-':
      return `${left()} ${op} ${right()}`;
    default:
      return `${left()} ${comparisons[op]} ${right()}`;
  }
}

const bracket = (tex: string): string => `\\left(${tex}\\right)`;

const negated = (tex: string): string => `-${tex.startsWith('-') ? bracket(tex) : tex}`;

function texAt(expression: Expression, least: number): string {
  // A fraction is its own bracket.
  const closed = expression.kind === 'binary' && expression.op === '/';
  return !closed && bindingOf(expression).own < least ? bracket(texOf(expression)) : texOf(expression);
}

/** On paper, unlike in text, two signs never stand side by side. */
function rightTex(expression: Expression, least: number): string {
  const tex = texAt(expression, least);
  return tex.startsWith('-') ? bracket(tex) : tex;
}

function powerBase(expression: Expression): string {
  const tex = texOf(expression);
  // What has a power of its own, a reference's mark or a number's 10⁻⁷, cannot take a second one.
  const plain = (expression.kind === 'number' || expression.kind === 'name') && !tex.includes('^');
  return plain ? tex : bracket(tex);
}

/** A product needs a dot before a number and a little room before a function's name. */
function between(right: string): string {
  if (/^\d/.test(right)) return ' \\cdot ';
  return /^\\(log|max|min|exp|operatorname|begin)/.test(right) ? ' \\, ' : ' ';
}

function callTex(fn: FunctionName, args: readonly Expression[]): string {
  const inside = args.map(texOf);
  const [x = '', y = '', z = ''] = inside;
  switch (fn) {
    case 'exp':
      return /frac|left|log/.test(x) ? `\\exp\\left(${x}\\right)` : `e^{${x}}`;
    case 'expm1':
      return `\\left(e^{${x}} - 1\\right)`;
    case 'log1mexp':
      return `\\log\\left(1 - e^{${x}}\\right)`;
    case 'sqrt':
      return `\\sqrt{${x}}`;
    case 'square':
      return `\\left(${x}\\right)^{2}`;
    case 'abs':
      return `\\left|${x}\\right|`;
    case 'step':
      return `\\left[${x} > 0\\right]`;
    case 'clamp':
      return `\\operatorname{clamp}\\left(${x};\\, ${y}, ${z}\\right)`;
    case 'where':
      return `\\begin{cases} ${y} & ${conditionTex(args[0], x)} \\\\ ${z} & \\text{otherwise} \\end{cases}`;
    default:
      return `${functionTex[fn] ?? `\\operatorname{${fn}}`}\\left(${inside.join(',\\, ')}\\right)`;
  }
}

function conditionTex(condition: Expression | undefined, tex: string): string {
  const compares = condition?.kind === 'binary' && comparisons[condition.op] !== undefined;
  return compares ? tex : `${tex} \\ne 0`;
}

function numberTex(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  return exponent === undefined ? mantissa : `${mantissa} \\cdot 10^{${Number(exponent)}}`;
}
