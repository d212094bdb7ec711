import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudyDocument } from '../../../src/lab/study/types';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;

function lab(...args: string[]): { status: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, ['scripts/run.mjs', 'cli/lab.ts', 'reproduce', ...args], { cwd: root, encoding: 'utf8' });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

const plan = {
  version: 1, name: 'Small', datasets: ['clair', 'stronger'], members: [{ objective: 'apo_zero' }, { objective: 'apo_down' }], seeds: [3],
  train: 8, heldOut: 4, schedule: { steps: 2, batchSize: 4, warmupSteps: 0 }, evaluation: { every: 2, samples: 0 },
  benchmark: { prompts: 6, seed: 1, modes: ['sampled'] },
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...plan, seeds: [4] }));
  writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ ...plan, train: 0 }));
  writeFileSync(join(folder, 'broken.json'), '{');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('lab reproduce', () => {
  it('writes a report, every number and tables, and goes on in the folder where it was', { timeout: 300_000 }, () => {
    const out = join(folder, 'study');
    const args = ['--out', out, '--plan', join(folder, 'plan.json'), '--backend', 'wasm', '--json'];
    const first = lab(...args);
    expect(first.status, first.err).toBe(0);
    const printed = JSON.parse(first.out) as { cells: number; findings: { id: string; verdict: string; rule: string }[] };
    expect(printed.cells).toBe(2);
    expect(printed.findings).toHaveLength(7);
    const read = (name: string): string => readFileSync(join(out, name), 'utf8');
    const study = JSON.parse(read('study.json')) as StudyDocument;
    expect(study.cells.map(({ kind, seed }) => [kind, seed])).toEqual([['clair', 3], ['stronger', 3]]);
    expect(study.adapters).toEqual([expect.stringContaining('WASM')]);
    expect(read('report.html')).toContain('CLAIR is the most contrastive dataset.');
    expect(read('results.csv').split('\n')[0]).toContain('gold,gold_low,gold_high');
    expect(read('results.md')).toContain('| ');

    // A cell that was lost is made again, the same; the other is not touched.
    rmSync(join(out, 'cells', '1-stronger-3.json'));
    const again = lab(...args);
    expect(again.status, again.err).toBe(0);
    expect(again.err).toContain('1 cells were done before');
    expect(again.err).not.toContain('clair');
    const timeless = ({ elapsedMs: _, cells, ...rest }: StudyDocument): unknown => ({ ...rest, cells: cells.map(({ trainMs: __, ...cell }) => cell) });
    expect(timeless(JSON.parse(read('study.json')) as StudyDocument)).toEqual(timeless(study));

    const other = lab('--out', out, '--plan', join(folder, 'other.json'), '--backend', 'wasm');
    expect(other.status).toBe(2);
    expect(other.err).toContain('holds a study with another plan');
  });

  it.each<[string, string[], RegExp]>([
    ['no folder', [], /needs a folder to write to/],
    ['two plans', ['--out', 'x', '--quick', '--plan', 'p.json'], /--quick is a plan of its own/],
    ['a backend that is none', ['--out', 'x', '--backend', 'abacus'], /--backend is one of/],
    ['a plan that is not there', ['--out', 'x', '--plan', 'nope.json'], /nope\.json could not be read: there is no such file/],
  ])('ends with 2 and one line for %s', (_, args, said) => {
    const { status, out, err } = lab(...args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(said);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(root, 'x'))).toBe(false);
  });

  it('names what is wrong with a plan', () => {
    expect(lab('--out', join(folder, 'y'), '--plan', join(folder, 'wrong.json')).err).toContain('The plan’s field “train” is wrong');
    expect(lab('--out', join(folder, 'y'), '--plan', join(folder, 'broken.json')).err).toContain('broken.json could not be read');
    expect(existsSync(join(folder, 'y'))).toBe(false);
  });
});
