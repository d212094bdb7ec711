// The parser of the expression language: recursive descent from text to tree, with errors that point at the place.
//
//   comparison = sum [ ("<" | ">" | "<=" | ">=") sum ]
//   sum        = product { ("+" | "-") product }
//   product    = unary { ("*" | "/") unary }
//   unary      = ("-" | "+") unary | power
//   power      = primary [ "^" unary | "²" | "³" ]
//   primary    = number | name | name "(" comparison { "," comparison } ")" | "(" comparison ")"
import { ObjectiveError } from './error';
import { findFunction, findVariable, functions, hyperNames, pairVariables } from './names';
import { tokenize, type Symbol, type Token } from './tokens';
import type { BinaryOperator, Expression } from './tree';

export const MAX_TEXT_LENGTH = 2000;
/** Parentheses, signs and powers within one another; keeps hostile text from overflowing the stack. */
export const MAX_DEPTH = 64;

/**
 * Parses an objective's text.
 * @throws ObjectiveError with the place of the first mistake.
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new ObjectiveError(
      'An objective may have at most {most} characters; this one has {count}.',
      { most: MAX_TEXT_LENGTH, count: text.length },
      MAX_TEXT_LENGTH,
      text.length - MAX_TEXT_LENGTH,
    );
  }
  const tokens = tokenize(text);
  let next = 0;
  let depth = 0;

  // The last token is `end`, and nothing reads past it.
  const peek = (): Token => tokens[next]!;
  const take = (): Token => tokens[next++]!;
  const isSymbol = (token: Token, ...among: Symbol[]): boolean =>
    token.kind === 'symbol' && among.includes(token.symbol);

  function deeper<T>(parse: () => T): T {
    depth += 1;
    if (depth > MAX_DEPTH) {
      const { position, length } = peek();
      throw new ObjectiveError('The objective is nested more than {most} levels deep.', { most: MAX_DEPTH }, position, length);
    }
    const result = parse();
    depth -= 1;
    return result;
  }

  function chain(parse: () => Expression, ...operators: BinaryOperator[]): Expression {
    let left = parse();
    for (;;) {
      const token = peek();
      const op = operators.find((operator) => token.kind === 'symbol' && token.symbol === operator);
      if (op === undefined) return left;
      take();
      left = { kind: 'binary', op, left, right: parse() };
    }
  }

  function comparison(): Expression {
    const left = sum();
    const token = peek();
    if (!isSymbol(token, '<', '>', '<=', '>=')) return left;
    take();
    const op = (['<', '>', '<=', '>='] as const).find((operator) => isSymbol(token, operator))!;
    const right = sum();
    const after = peek();
    if (isSymbol(after, '<', '>', '<=', '>=')) {
      throw new ObjectiveError('Only two values can be compared at once.', {}, after.position, after.length);
    }
    return { kind: 'binary', op, left, right };
  }

  function sum(): Expression {
    return chain(product, '+', '-');
  }

  function product(): Expression {
    return chain(unary, '*', '/');
  }

  function unary(): Expression {
    if (isSymbol(peek(), '-')) {
      take();
      return { kind: 'negate', of: deeper(unary) };
    }
    if (isSymbol(peek(), '+')) {
      take();
      return deeper(unary);
    }
    return power();
  }

  function power(): Expression {
    const base = primary();
    const token = peek();
    if (token.kind === 'superscript') {
      take();
      return { kind: 'binary', op: '^', left: base, right: { kind: 'number', value: token.value } };
    }
    if (isSymbol(token, '^')) {
      take();
      return { kind: 'binary', op: '^', left: base, right: deeper(unary) };
    }
    return base;
  }

  function primary(): Expression {
    const token = take();
    switch (token.kind) {
      case 'number':
        return { kind: 'number', value: token.value };
      case 'name':
        return isSymbol(peek(), '(') ? call(token) : variable(token);
      case 'symbol':
        if (token.symbol === '(') {
          const inner = deeper(comparison);
          closeParenthesis(token);
          return inner;
        }
        throw new ObjectiveError(
          'A value is missing before “{symbol}”.',
          { symbol: text.slice(token.position, token.position + token.length) },
          token.position,
          token.length,
        );
      case 'superscript':
        throw new ObjectiveError('A power needs something to raise.', {}, token.position, token.length);
      case 'end':
        // `take` went one past; nothing may read on from here.
        throw token.position === 0 || text.trim() === ''
          ? new ObjectiveError('The objective is empty: write a formula such as -logsigmoid(beta * (a - b)).', {}, 0, 0)
          : new ObjectiveError('The objective ends where a value is expected.', {}, token.position, 0);
    }
  }

  function closeParenthesis(opened: Token): void {
    const token = peek();
    if (isSymbol(token, ')')) {
      take();
      return;
    }
    if (token.kind === 'end') {
      throw new ObjectiveError('This parenthesis is never closed.', {}, opened.position, opened.length);
    }
    throw unexpected(token);
  }

  function variable(token: Token & { kind: 'name' }): Expression {
    const name = findVariable(token.name);
    if (name !== undefined) return { kind: 'name', name };
    if (findFunction(token.name) !== undefined) {
      throw new ObjectiveError(
        '“{name}” is a function: write its argument in parentheses, {name}(…).',
        { name: token.name },
        token.position,
        token.length,
      );
    }
    const known = [...Object.keys(pairVariables), ...hyperNames];
    throw unknownName(token, known);
  }

  function call(token: Token & { kind: 'name' }): Expression {
    const opened = take();
    const fn = findFunction(token.name);
    if (fn === undefined) {
      if (findVariable(token.name) !== undefined) {
        throw new ObjectiveError(
          '“{name}” is no function: to multiply, write {name} * (…).',
          { name: token.name },
          token.position,
          token.length,
        );
      }
      throw unknownName(token, Object.keys(functions));
    }
    const args: Expression[] = [];
    if (!isSymbol(peek(), ')')) {
      do args.push(deeper(comparison));
      while (isSymbol(peek(), ',') && take());
    }
    closeParenthesis(opened);
    const { least, most } = functions[fn];
    if (args.length < least || args.length > most) {
      const wanted = least === most ? String(least) : `${least}–${most}`;
      throw new ObjectiveError(
        '“{name}” takes {wanted} arguments in its parentheses, not {count}.',
        { name: token.name, wanted, count: args.length },
        token.position,
        token.length,
      );
    }
    return { kind: 'call', fn, args };
  }

  function unexpected(token: Token): ObjectiveError {
    const found = text.slice(token.position, token.position + token.length);
    if (isSymbol(token, ')')) {
      return new ObjectiveError('This parenthesis was never opened.', {}, token.position, token.length);
    }
    return new ObjectiveError(
      'An operator such as * or + is missing before “{found}”.',
      { found },
      token.position,
      token.length,
    );
  }

  const result = comparison();
  if (peek().kind !== 'end') throw unexpected(peek());
  return result;
}

function unknownName(token: Token & { kind: 'name' }, known: readonly string[]): ObjectiveError {
  const suggestion = nearest(token.name, known);
  if (suggestion !== undefined) {
    return new ObjectiveError(
      '“{name}” is not known. Did you mean {suggestion}?',
      { name: token.name, suggestion },
      token.position,
      token.length,
    );
  }
  return new ObjectiveError(
    '“{name}” is not known. Known are: {known}.',
    { name: token.name, known: known.join(', ') },
    token.position,
    token.length,
  );
}

/** The known name fewest edits away, if it is near enough to be what was meant. */
function nearest(name: string, known: readonly string[]): string | undefined {
  // Long names are no misspelling of ours, and the distance takes time by their product.
  if (name.length < 2 || name.length > 24) return undefined;
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(name.length / 2));
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = above[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      row.push(Math.min(change, above[j]! + 1, row[j - 1]! + 1));
    }
  }
  return row[to.length]!;
}
