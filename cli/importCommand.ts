// `lab inspect` and `lab import`: what a file of preference data holds, and the same in a shape that TRL or the lab reads.
import { remarkText, UserError } from '../src/engine/errors';
import { exportPairs, type ExportChoice } from '../src/preferences/export';
import { importPairs, type ImportProgress, type ImportReport, type LengthSummary, type Rejection } from '../src/preferences/import';
import { openFile, openOut, readMapping } from './files';

export interface InspectCommand {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly mapping: string | undefined;
  readonly json: boolean;
}

export interface ImportCommand extends InspectCommand {
  readonly out: string;
  /** Where rejected rows go, a line of JSON each. */
  readonly rejected: string | undefined;
  readonly shape: ExportChoice['shape'];
}

/** What is printed, and what went wrong although there is something to print. */
export interface Printed {
  readonly text: string;
  readonly failure?: UserError;
  /** How the process ends; with a failure 2 if absent. */
  readonly status?: number;
}

/** As the page does where nothing else is said. */
export const defaults = { seed: 0, heldOutShare: 0.1 };

/** Tells a person who waits how far it is; a script hears of the result alone. */
function progress(): { onProgress?: (progress: ImportProgress) => void } {
  if (!process.stderr.isTTY) return {};
  let last = Date.now();
  return {
    onProgress: ({ rows, pairs }) => {
      if (Date.now() - last < 2000) return;
      last = Date.now();
      process.stderr.write(`${rows} rows, ${pairs} pairs\n`);
    },
  };
}

export async function inspectCommand({ file, mapping, json }: InspectCommand): Promise<Printed> {
  const report = await importPairs(await openFile(file), { ...defaults, ...progress(), ...(await readMapping(mapping)) });
  return printed(report, json ? JSON.stringify(plain(report), null, 2) : summary(report));
}

export async function importCommand({ file, mapping, json, out, rejected, shape }: ImportCommand): Promise<Printed> {
  const source = await openFile(file);
  const given = await readMapping(mapping);
  const pairsOut = await openOut(out);
  const rejectedOut = rejected === undefined ? undefined : await openOut(rejected);
  let done = false;
  let result: Printed;
  try {
    const report = await importPairs(source, {
      ...defaults,
      ...progress(),
      ...given,
      measure: json,
      onPairs: async (chunk) => {
        for await (const text of exportPairs(chunk.map(({ pair }) => pair), { shape, format: 'jsonl' })) await pairsOut.write(text);
      },
      onRejected: async (chunk) => rejectedOut?.write(chunk.map((one) => `${JSON.stringify(rejectedLine(one))}\n`).join('')),
    });
    result = printed(report, json ? JSON.stringify({ ...plain(report), out }, null, 2) : `${summary(report)}\n${report.pairs} pairs written to ${out}`);
    done = true;
  } finally {
    await pairsOut.close(done);
    await rejectedOut?.close(done);
  }
  return result;
}

function printed(report: ImportReport, text: string): Printed {
  const { incomplete } = report;
  return { text, ...(incomplete && { failure: new UserError(incomplete.template, incomplete.values) }) };
}

const rejectedLine = ({ row, line, code, problem, excerpt }: Rejection): object => ({ row, line, code, reason: remarkText(problem), excerpt });

/** The report as the command line prints it, its sentences in English. */
function plain({ recognition, warnings, incomplete, ...report }: ImportReport): object {
  return {
    ...report,
    ...(recognition && { recognition: { confidence: recognition.confidence, why: remarkText(recognition.why) } }),
    warnings: warnings.map(({ code, count, problem, rows }) => ({ code, count, message: remarkText(problem), rows })),
    ...(incomplete && { incomplete: remarkText(incomplete) }),
  };
}

function summary(report: ImportReport): string {
  const { format, encoding, compressed, mapping, recognition, rows, ok, rejected, pairs, reasons, warnings, contrastiveness, lengths } = report;
  const { kind, ...columns } = mapping;
  const lines = [
    `${report.name}: ${[format.toUpperCase(), encoding, compressed && 'gzip'].filter(Boolean).join(', ')}`,
    `columns:  ${kind}, ${Object.entries(columns).map(([name, value]) => `${name} = ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(', ')}`,
    ...(recognition ? [`          ${remarkText(recognition.why)}`] : []),
    `rows:     ${rows} read, ${ok} ok, ${rejected} rejected; ${pairs} pairs`,
    ...Object.entries(reasons).map(([code, count]) => `          ${count} × ${code}`),
    ...warnings.map(({ problem }) => `warning:  ${remarkText(problem)}`),
  ];
  if (contrastiveness.jaccard !== null) lines.push(`words:    mean Jaccard similarity ${contrastiveness.jaccard.toFixed(3)}`);
  if (contrastiveness.levenshtein !== null) lines.push(`edits:    mean Levenshtein distance ${contrastiveness.levenshtein.toFixed(1)} characters`);
  if (lengths) {
    const line = (name: string, { min, median, p95, max }: LengthSummary): string => `${name.padEnd(10)}${min} to ${max} characters, median ${median}, 95 % up to ${p95}`;
    lines.push(line('prompt:', lengths.prompt), line('chosen:', lengths.chosen), line('rejected:', lengths.rejected));
  }
  return lines.join('\n');
}
