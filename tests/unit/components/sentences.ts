// Finds every sentence that a person may read, by walking the sources with the TypeScript compiler. Used by the test of
// the catalogs; run it by itself to list what a catalog lacks.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { hyperParameters, objectives } from '../../../src/engine/objectives';

/** Functions and classes whose first argument is a sentence. */
const FIRST = new Set(['t', 'sentence', 'remark', 'UserError', 'ObjectiveError']);
/** Those whose second argument is one: why a policy was stopped, what a chat model's server did. */
const SECOND = new Set(['stop', 'ChatError']);

export interface Found {
  readonly sentence: string;
  readonly place: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function calleeName(node: ts.CallExpression | ts.NewExpression): string {
  const callee = node.expression;
  return ts.isIdentifier(callee) ? callee.text : ts.isPropertyAccessExpression(callee) ? callee.name.text : '';
}

/** All sentences of one file's text. */
export function sentencesIn(text: string, file = 'file.tsx'): Found[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const found: Found[] = [];
  const take = (argument: ts.Expression | undefined): void => {
    if (argument === undefined) return;
    if (ts.isStringLiteral(argument) || ts.isNoSubstitutionTemplateLiteral(argument)) {
      const { line } = source.getLineAndCharacterOfPosition(argument.getStart());
      found.push({ sentence: argument.text, place: `${file}:${line + 1}` });
    } else if (ts.isConditionalExpression(argument)) {
      take(argument.whenTrue);
      take(argument.whenFalse);
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const name = calleeName(node);
      if (FIRST.has(name)) take(node.arguments?.[0]);
      else if (SECOND.has(name)) take(node.arguments?.[1]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Every sentence of the lab: those in the sources, and the objectives' own words, which are data. */
export function allSentences(root: string): Found[] {
  const inSources = sourceFiles(root).flatMap((file) => sentencesIn(readFileSync(file, 'utf8'), file));
  const inObjectives = Object.values(objectives).flatMap((objective) => [
    { sentence: objective.summary, place: `objective ${objective.id}` },
    ...objective.hyper.map((spec) => ({ sentence: spec.label, place: `objective ${objective.id}` })),
  ]);
  const inLanguage = Object.values(hyperParameters).map(({ label }) => ({ sentence: label, place: 'hyper-parameter' }));
  return [...inSources, ...inObjectives, ...inLanguage];
}
