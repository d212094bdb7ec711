// Lint: the order of the rooms, promises that nobody awaits, and whatever could run text as code.
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { importOrder } from './scripts/importOrder.mjs';

const noTextAsCode = [
  {
    selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment)$/]",
    message: 'Text from outside could become markup. Set textContent, or build elements.',
  },
  {
    selector: "JSXAttribute[name.name='dangerouslySetInnerHTML'], Property[key.name='dangerouslySetInnerHTML']",
    message: 'Text from outside could become markup. Render it as text, or build elements.',
  },
  { selector: "CallExpression[callee.object.name='document'][callee.property.name=/^write(ln)?$/]", message: 'Build elements instead.' },
];

export default tseslint.config(
  { ignores: ['dist/', '.cache/', 'node_modules/', 'public/', 'test-results/', 'playwright-report/', 'tests/fixtures/'] },
  // A rule is kept or changed here, for all; no file excuses itself.
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    extends: [tseslint.configs.recommended],
    // no-implied-eval looks at these only when it knows that they are the global ones.
    languageOptions: { globals: { window: false, self: false, globalThis: false, setTimeout: false, setInterval: false } },
    rules: {
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-syntax': ['error', ...noTextAsCode],
      'prefer-const': ['error', { destructuring: 'all' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      // A non-null assertion is how an index that is known to be inside is written under noUncheckedIndexedAccess.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { lab: { rules: { 'import-order': importOrder } } },
    rules: { 'lab/import-order': 'error', 'no-console': ['error', { allow: ['warn', 'error'] }] },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
    // About libraries that the React Compiler cannot memoize around; this page is not compiled by it.
    rules: { 'react-hooks/incompatible-library': 'off' },
  },
  {
    // Whatever decides a number of a run draws from a seed, so that a run can be repeated.
    files: ['src/{engine,world,preferences,lab}/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Use createRandom of engine/random with a seed.' }],
    },
  },
  {
    // The engine runs in a worker and in Node, where there is no page.
    files: ['src/engine/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'window', 'document', 'localStorage', 'sessionStorage', 'requestAnimationFrame', 'alert'],
    },
  },
);
