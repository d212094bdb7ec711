import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport } from '../../../src/lab/report';
import { fromTrl } from '../../../src/preferences/trl';
import { tinyFiles, tinyLab, tinyPairs, tinyRecipe } from '../../support/tinyLab';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;

/** Runs the command line as a person does, in a project whose shipped files are tiny. */
function lab(...args: string[]): { status: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), join(root, 'cli/lab.ts'), ...args], { cwd: folder, encoding: 'utf8' });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, bytes] of tinyFiles()) {
    const file = join(folder, 'public', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(tinyRecipe()));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('lab run', () => {
  it('prints each policy’s final held-out figures and writes the run that the runner gives', { timeout: 60_000 }, async () => {
    const { status, out, err } = lab('run', 'tiny.json', '--out', 'run.json', '--backend', 'wasm', '--json');
    expect(status, err).toBe(0);
    const printed = JSON.parse(out) as { policies: { label: string; step: number; metrics: Record<string, number> }[]; reference: Record<string, number> };
    expect(printed.policies.map(({ label, step }) => [label, step])).toEqual([['DPO', 4], ['APO-zero', 4]]);

    const direct = tinyLab({ backend: 'wasm' });
    direct.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await direct.idle();
    const rows = direct.of('rows').flatMap((event) => event.rows);
    const final = rows.filter((row) => 'eval_loss' in row.values).slice(-2);
    printed.policies.forEach(({ metrics }, k) => {
      for (const [name, value] of Object.entries(final[k]!.values)) expect(metrics[name], name).toBeCloseTo(value, 4);
    });

    const report = parseReport(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')));
    expect(report).toMatchObject({ state: 'finished', steps: 4, recipe: tinyRecipe(), dataHash: direct.of('started')[0]!.start.dataHash });
    expect(report.metrics).toHaveLength(rows.length);
    expect(err).toContain('step 4 of 4');
  });

  it.each<[string, string[], RegExp]>([
    ['no recipe', ['run'], /takes one recipe/],
    ['a file that is not there', ['run', 'nope.json'], /nope\.json could not be read: there is no such file/],
    ['a file that is no JSON', ['run', 'broken.json'], /broken\.json is not valid JSON/],
    ['a recipe with a wrong field', ['run', 'wrong.json'], /“schedule\.steps” is wrong/],
    ['a dataset that is not here', ['run', 'stored.json', '--backend', 'cpu'], /“data\.dataset” names “stored:1”/],
    ['an unknown backend', ['run', 'tiny.json', '--backend', 'cuda'], /--backend is one of .* not “cuda”/],
    ['an unknown option', ['run', 'tiny.json', '--fast'], /--fast/],
    ['an unknown command', ['train'], /not “train”/],
    ['no command', [], /run, reproduce, pairs, inspect, import, revise and judge/],
  ])('ends with 2 and one line for %s', { timeout: 30_000 }, (_, args, message) => {
    writeFileSync(join(folder, 'broken.json'), '{"version": 1,');
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ ...tinyRecipe(), schedule: { steps: -1 } }));
    writeFileSync(join(folder, 'stored.json'), JSON.stringify({ ...tinyRecipe(), data: { dataset: 'stored:1' } }));
    const { status, out, err } = lab(...args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err.trimEnd()).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
  });
});

describe('lab pairs', () => {
  it('writes pairs that read back from TRL’s shape as they were', { timeout: 30_000 }, () => {
    const { status, out, err } = lab('pairs', '--dataset', 'clair', '--count', '5', '--out', 'pairs.jsonl', '--json');
    expect(status, err).toBe(0);
    expect(JSON.parse(out)).toEqual({ dataset: 'clair', count: 5, out: 'pairs.jsonl' });
    const lines = readFileSync(join(folder, 'pairs.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toEqual({
      prompt: [{ role: 'user', content: tinyPairs[0]!.prompt }],
      chosen: [{ role: 'assistant', content: tinyPairs[0]!.chosen }],
      rejected: [{ role: 'assistant', content: tinyPairs[0]!.rejected }],
    });
    lines.forEach((line, i) => {
      expect(fromTrl(line)).toMatchObject({ ok: true, pair: { prompt: tinyPairs[i]!.prompt, chosen: tinyPairs[i]!.chosen, rejected: tinyPairs[i]!.rejected } });
    });
  });

  it.each<[string, string[], RegExp]>([
    ['no file to write to', ['pairs'], /--out/],
    ['an unknown dataset', ['pairs', '--dataset', '../x', '--out', 'q'], /“\.\.\/x”, which is not here/],
    ['more than there are', ['pairs', '--count', '13', '--out', 'q'], /asks for 13 pairs, and the dataset clair has 12/],
    ['a count that is none', ['pairs', '--count', 'two', '--out', 'q'], /“two” is not/],
    ['a folder that is not there', ['pairs', '--out', 'no/where.jsonl'], /no\/where\.jsonl: there is no such file or folder/],
  ])('ends with 2 and one line for %s', { timeout: 30_000 }, (_, args, message) => {
    const { status, out, err } = lab(...args);
    expect([status, out]).toEqual([2, '']);
    expect(err.trimEnd()).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
    expect(existsSync(join(folder, 'q'))).toBe(false);
  });
});
