// `npm test`: lint, types, unit tests, tests on a WebGPU adapter, the build, and the page from end to end.
// Every part runs even when an earlier one failed; the last line counts all of it: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, '.cache', 'test');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const total = { passed: 0, failed: 0 };
const summary = [];

function run(script, args) {
  return spawnSync(process.execPath, [path.join(root, script), ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

function record(name, { passed, failed }, startedAt) {
  total.passed += passed;
  total.failed += failed;
  summary.push(`${name}: ${passed} passed, ${failed} failed, ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
}

/** One check that passes or fails as a whole. */
function check(name, script, args) {
  console.log(`\n── ${name}`);
  const startedAt = Date.now();
  const passed = run(script, args);
  record(name, { passed: passed ? 1 : 0, failed: passed ? 0 : 1 }, startedAt);
  return passed;
}

/** A test runner that leaves a JSON report; one that fails without a failed test (it crashed) counts as one failure. */
function tests(name, script, args, report, count) {
  console.log(`\n── ${name}`);
  const startedAt = Date.now();
  const ok = run(script, args);
  const counted = existsSync(report) ? count(JSON.parse(readFileSync(report, 'utf8'))) : { passed: 0, failed: 0 };
  if (counted.passed + counted.failed === 0 || (!ok && counted.failed === 0)) counted.failed += 1;
  record(name, counted, startedAt);
}

function vitest(project) {
  const report = path.join(results, `${project}.json`);
  tests(
    `${project} tests`,
    'node_modules/vitest/vitest.mjs',
    ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    report,
    // A skipped or unfinished test is no passed one: it counts as failed.
    (json) => ({ passed: json.numPassedTests, failed: json.numTotalTests - json.numPassedTests }),
  );
}

const adapter = check('Chromium with a WebGPU adapter', 'scripts/chromium.mjs', []);
check('lint', 'node_modules/eslint/bin/eslint.js', ['.']);
check('types', 'node_modules/typescript/bin/tsc', ['--noEmit']);
vitest('unit');
if (adapter) vitest('webgpu');
const built = check('build', 'node_modules/vite/bin/vite.js', ['build', '--logLevel', 'warn']);
if (adapter && built) {
  const report = path.join(results, 'e2e.json');
  tests('end-to-end tests', 'node_modules/@playwright/test/cli.js', ['test'], report, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + stats.skipped,
  }));
} else {
  console.log('\nThe browser tests did not run, because what they need is missing; see above.');
}

console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
