// The lint rules that hold the design truly fail: snippets linted with the project's own configuration.
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, test } from 'vitest';
import tseslint from 'typescript-eslint';

let eslint: ESLint;

beforeAll(() => {
  // The snippets are no files, so the rules that need types of the whole program are switched off for them.
  eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked as never] });
});

async function faults(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return result!.messages.filter(({ severity }) => severity === 2).map(({ ruleId, message }) => ruleId ?? message);
}

describe('imports run downward only', () => {
  test.each([
    ['src/engine/a.ts', `import { parseRecipe } from '../lab/recipe';\nparseRecipe(0);`],
    ['src/engine/ops/linear/a.ts', `import { town } from '../../../world/town';\ntown();`],
    ['src/engine/a.ts', `import type { Recipe } from '../lab/recipe';\nexport type R = Recipe;`],
    ['src/engine/a.ts', `export { parseRecipe } from '../lab/recipe';`],
    ['src/engine/a.ts', `export * from '../world/town';`],
    ['src/engine/a.ts', `export const later = () => import('../lab/recipe');`],
    ['src/engine/a.ts', `export type R = import('../lab/recipe').Recipe;`],
    ['src/engine/a.ts', `export const url = new URL('../lab/worker.ts', import.meta.url);`],
    ['src/world/a.ts', `import { fromRecipe } from '../lab/recipe';\nfromRecipe();`],
    ['src/lab/a.ts', `import { createRun } from '../storage/runs';\ncreateRun();`],
    ['src/storage/a.ts', `import { runs } from '../stores/runs';\nruns();`],
    ['src/components/a.tsx', `import { runs } from '../stores/runs';\nruns();`],
    ['src/components/a.tsx', `import { Shell } from '../app/Shell';\nShell();`],
    ['src/features/compare/a.tsx', `import { PairTable } from '../pairs/PairTable';\nPairTable();`],
    ['src/features/compare/a.tsx', `import { Shell } from '../../app/Shell';\nShell();`],
    ['src/lab/a.ts', `import { helper } from '../../tests/helper';\nhelper();`],
    ['src/elsewhere/a.ts', `import { hashText } from '../engine/random';\nhashText('');`],
  ])('%s may not hold: %s', async (filePath, code) => {
    expect(await faults(filePath, code)).toEqual(['lab/import-order']);
  });

  test.each([
    ['src/main.tsx', `import { App } from './app/App';\nApp();`],
    ['src/app/a.tsx', `import { Compare } from '../features/compare/Compare';\nCompare();`],
    ['src/features/compare/a.tsx', `import { runs } from '../../stores/runs';\nimport { Chart } from '../../components/chart/Chart';\nimport { b } from './b';\nruns(Chart, b);`],
    ['src/lab/a.ts', `import { openBackend } from '../engine/backend';\nimport { clairPair } from '../world/pairs';\nopenBackend(clairPair);`],
    ['src/storage/a.ts', `import type { RunCheckpoint } from '../lab/protocol';\nexport type C = RunCheckpoint;`],
    ['tests/unit/a.ts', `import { parseRecipe } from '../../src/lab/recipe';\nparseRecipe(0);`],
    ['cli/a.ts', `import { parseRecipe } from '../src/lab/recipe';\nparseRecipe(0);`],
  ])('%s may hold: %s', async (filePath, code) => {
    expect(await faults(filePath, code)).toEqual([]);
  });
});

describe('each package is known in its own rooms only', () => {
  test.each([
    ['src/engine/a.ts', 'react'],
    ['src/engine/a.ts', 'dexie'],
    ['src/engine/a.ts', 'zustand/vanilla'],
    ['src/lab/a.ts', 'react-dom/client'],
    ['src/stores/a.ts', 'dexie'],
    ['src/features/compare/a.tsx', '@tensorflow/tfjs-core'],
  ])('%s may not import %s', async (filePath, name) => {
    expect(await faults(filePath, `import * as it from '${name}';\nit.toString();`)).toEqual(['lab/import-order']);
  });

  test.each([
    ['src/engine/a.ts', '@tensorflow/tfjs-core'],
    ['src/storage/a.ts', 'dexie'],
    ['src/stores/a.ts', 'zustand'],
    ['src/features/compare/a.tsx', 'react'],
  ])('%s may import %s', async (filePath, name) => {
    expect(await faults(filePath, `import * as it from '${name}';\nit.toString();`)).toEqual([]);
  });
});

describe('no text becomes code or markup', () => {
  test.each([
    ['src/features/compare/a.ts', `document.body.innerHTML = location.hash;`, 'no-restricted-syntax'],
    ['src/features/compare/a.tsx', `export const A = (p: { h: string }) => <p dangerouslySetInnerHTML={{ __html: p.h }} />;`, 'no-restricted-syntax'],
    ['src/features/compare/a.ts', `eval(location.hash);`, 'no-eval'],
    ['src/features/compare/a.ts', `export const f = new Function('return 1');`, 'no-new-func'],
    ['src/features/compare/a.ts', `setTimeout('alert(1)');`, 'no-implied-eval'],
  ])('%s: %s', async (filePath, code, rule) => {
    expect(await faults(filePath, code)).toContain(rule);
  });
});

test('chance comes from a seed wherever it decides a number', async () => {
  expect(await faults('src/world/a.ts', `export const x = Math.random();`)).toEqual(['no-restricted-properties']);
});

test('no comment switches a rule off', async () => {
  expect(await faults('src/world/a.ts', `// eslint-disable-next-line\nexport const x = Math.random();`)).toEqual(['no-restricted-properties']);
});
