// Imports for tests: a text, bytes or a fixture in, and everything that came out of it in one object.
import { readFileSync } from 'node:fs';
import { remarkText } from '../../src/engine/errors';
import { importPairs, type ImportedPair, type ImportOptions, type ImportReport, type Rejection } from '../../src/preferences/import';
import type { PreferencePair } from '../../src/preferences/pair';

export interface Imported {
  readonly report: ImportReport;
  readonly imported: readonly ImportedPair[];
  readonly pairs: readonly PreferencePair[];
  readonly rejections: readonly Rejection[];
}

export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../fixtures/pairs/${name}`, import.meta.url)));

export async function importAll(bytes: string | Uint8Array | ReadableStream<Uint8Array> | Blob, options: Partial<ImportOptions> = {}): Promise<Imported> {
  const imported: ImportedPair[] = [];
  const rejections: Rejection[] = [];
  const report = await importPairs(
    { name: 'the test', bytes: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes },
    {
      seed: 1,
      heldOutShare: 0,
      ...options,
      onPairs: (chunk) => void imported.push(...chunk),
      onRejected: (chunk) => void rejections.push(...chunk),
    },
  );
  return { report, imported, pairs: imported.map(({ pair }) => pair), rejections };
}

/** What went wrong with which row: `2: sameSides`. */
export const faults = ({ rejections }: Imported): string[] => rejections.map(({ row, code }) => `${row}: ${code}`);

/** Each warning with its count. */
export const warnings = ({ report }: Imported): Record<string, number> => Object.fromEntries(report.warnings.map(({ code, count }) => [code, count]));

/** What must hold of every import, whatever came in. */
export function inconsistencies({ report, imported, rejections }: Imported): string[] {
  const wrong: string[] = [];
  if (report.rows !== report.ok + report.rejected) wrong.push(`${report.rows} rows, ${report.ok} ok, ${report.rejected} rejected`);
  if (rejections.length !== report.rejected) wrong.push(`${rejections.length} rejections handed over, ${report.rejected} counted`);
  if (imported.length !== report.pairs) wrong.push(`${imported.length} pairs handed over, ${report.pairs} counted`);
  if (new Set(imported.map(({ pair }) => pair.id)).size !== imported.length) wrong.push('an id is given twice');
  for (const { problem, row } of rejections) {
    if (/\{\w+\}/.test(remarkText({ ...problem, values: Object.fromEntries(Object.entries(problem.values).map(([key]) => [key, 'x'])) }))) wrong.push(`row ${row}: a slot without a value in “${problem.template}”`);
  }
  for (const { pair } of imported) {
    if (!/\S/.test(pair.prompt) || !/\S/.test(pair.chosen) || !/\S/.test(pair.rejected)) wrong.push(`an empty text in ${pair.id}`);
    if (pair.chosen === pair.rejected) wrong.push(`equal sides in ${pair.id}`);
  }
  return wrong;
}
