// Importing preference pairs: bytes of any known format to pairs, rejections and a report. Runs in a worker and in Node.
import { UserError, type Remark } from '../../engine/errors';
import { boundedJson } from './bounded';
import { measure } from './measure';
import { openSource, type OpenedSource } from './openSource';
import { createPause } from './pause';
import { recognise, sampleColumns } from './recognise';
import { createRowReader, type NumberedRow, type Outcome } from './rowReader';
import type { SourceRow } from './sourceRow';
import { createTally } from './tally';
import { MAX_EXCERPT, type ImportedPair, type ImportOptions, type ImportPreview, type ImportReport, type ImportSource, type Recognition, type Rejection } from './types';

export * from './types';
export { mappingSchema, parseMapping, type Mapping, type MappingKind, type MappingOf } from './mapping';
export { recognise } from './recognise';

/** Rows that recognition looks at. */
const SAMPLE = 100;
/** Pairs that are handed over at a time. */
const CHUNK = 256;

/**
 * Reads a source to its end: finds out format and encoding by its content, recognises the columns or takes the mapping
 * given, and hands over pairs and rejected rows in chunks. A source that breaks off gives what was read until there.
 * @throws UserError if nothing can be read or the columns are not recognised; the signal's reason when aborted.
 */
export async function importPairs(source: ImportSource, options: ImportOptions): Promise<ImportReport> {
  const { signal } = options;
  signal?.throwIfAborted();
  const opened = await openSource(source, signal);
  const reading = beginReading(opened);
  try {
    const first = await reading.sample(SAMPLE);
    const recognition: Recognition | undefined = options.mapping ? undefined : recognise(first.map(({ value }) => value));
    const mapping = options.mapping ?? recognition!.mapping;
    const { rows, tally } = await readAll(opened, reading, mapping, options);
    const figures = tally.figures();
    return {
      name: source.name,
      format: opened.format,
      ...(opened.encoding && { encoding: opened.encoding }),
      compressed: opened.compressed,
      mapping,
      ...(recognition && { recognition: { confidence: recognition.confidence, why: recognition.why } }),
      rows,
      ...figures,
      ...(options.context && {
        context: { tokens: options.context.tokens, over: figures.warnings.find(({ code }) => code === 'overContext')?.count ?? 0 },
      }),
      ...(reading.incomplete() ? { incomplete: reading.incomplete()! } : reading.ended() && { sha256: await opened.hash() }),
    };
  } finally {
    await opened.close();
  }
}

/** Passes every row through the reader; what is not ended by `maxRows` ends with the source. */
async function readAll(opened: OpenedSource, reading: Reading, mapping: ImportReport['mapping'], options: ImportOptions) {
  const { signal, onProgress, maxRows = Infinity } = options;
  const reader = createRowReader(mapping, options);
  const tally = createTally();
  let pairs: ImportedPair[] = [];
  let rejections: Rejection[] = [];
  let rows = 0;

  const take = (outcome: Outcome): void => {
    const last = outcome.rows.at(-1)!;
    if ('fault' in outcome) {
      for (const row of outcome.rows) {
        const rejection = { row: row.row, ...(row.line !== undefined && { line: row.line }), ...outcome.fault, excerpt: row.excerpt() };
        tally.rejected(rejection);
        rejections.push(rejection);
      }
      return;
    }
    const { pair } = outcome;
    const measures = options.measure === false ? undefined : measure(pair.chosen, pair.rejected);
    const warnings = [...outcome.warnings];
    if (measures && (measures.jaccard === null || measures.levenshtein === null)) warnings.push('notMeasured');
    if (options.context?.fits(pair) === false) warnings.push('overContext');
    const imported = { pair, row: last.row, ...(last.line !== undefined && { line: last.line }), warnings, ...(measures && { measures }) };
    tally.accepted(imported, outcome.rows.length);
    pairs.push(imported);
  };
  const handOver = async (): Promise<void> => {
    const [ready, refused] = [pairs, rejections];
    pairs = [];
    rejections = [];
    if (ready.length > 0) await options.onPairs?.(ready);
    if (refused.length > 0) await options.onRejected?.(refused);
    onProgress?.({
      bytes: opened.bytesRead(),
      ...(opened.totalBytes !== undefined && { totalBytes: opened.totalBytes }),
      rows,
      ...tally.counts(),
    });
  };

  const pause = createPause();
  try {
    for await (const batch of reading.batches()) {
      for (const source of batch) {
        if (rows >= maxRows) break;
        rows += 1;
        if (source.fault) take({ rows: [numbered(source, rows)], fault: source.fault });
        else reader.read(numbered(source, rows)).forEach(take);
        if (pairs.length + rejections.length >= CHUNK) await handOver();
        if (pause.isDue()) {
          await pause.wait();
          signal?.throwIfAborted();
        }
      }
      if (rows >= maxRows) break;
    }
    reader.finish().forEach(take);
    await handOver();
    signal?.throwIfAborted();
  } finally {
    pause.dispose();
  }
  return { rows, tally };
}

function numbered({ line, value, text, warnings }: SourceRow, row: number): NumberedRow {
  return {
    row,
    value,
    ...(line !== undefined && { line }),
    ...(warnings && { warnings }),
    excerpt: () => (text === undefined ? boundedJson(value, MAX_EXCERPT) : text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT)}…` : text),
  };
}

interface Reading {
  /** The first rows, which `batches` gives again. */
  sample(wanted: number): Promise<SourceRow[]>;
  /** All rows. A source that breaks off after its first row ends here, and `incomplete` says why. */
  batches(): AsyncGenerator<readonly SourceRow[]>;
  incomplete(): Remark | undefined;
  ended(): boolean;
}

function beginReading({ rows }: OpenedSource): Reading {
  const first: (readonly SourceRow[])[] = [];
  let count = 0;
  let ended = false;
  let broken: Remark | undefined;

  async function next(): Promise<readonly SourceRow[] | null> {
    if (ended) return null;
    try {
      const { done, value } = await rows.next();
      if (!done) {
        count += value.length;
        return value;
      }
    } catch (error) {
      if (!(error instanceof UserError) || count === 0) throw error;
      broken = { template: error.template, values: error.values };
    }
    ended = true;
    return null;
  }

  return {
    sample: async (wanted) => {
      while (count < wanted) {
        const batch = await next();
        if (!batch) break;
        first.push(batch);
      }
      return first.flat();
    },
    batches: async function* () {
      for (let batch = first.shift(); batch; batch = first.shift()) yield batch;
      for (let batch = await next(); batch; batch = await next()) yield batch;
    },
    incomplete: () => broken,
    ended: () => ended,
  };
}

/**
 * The first rows as an import with these options would give them, and the columns to choose from.
 * @throws UserError if nothing can be read.
 */
export async function previewPairs(
  source: ImportSource,
  options: Pick<ImportOptions, 'mapping' | 'seed' | 'heldOutShare' | 'context' | 'signal'> & { readonly rows?: number },
): Promise<ImportPreview> {
  const opened = await openSource(source, options.signal);
  const reading = beginReading(opened);
  try {
    const first = (await reading.sample(SAMPLE)).map(({ value }) => value);
    const known = {
      format: opened.format,
      ...(opened.encoding && { encoding: opened.encoding }),
      compressed: opened.compressed,
      columns: sampleColumns(first),
    };
    let recognition: Recognition | undefined;
    if (!options.mapping) {
      try {
        recognition = recognise(first);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { ...known, unrecognised: { template: error.template, values: error.values }, pairs: [], rejections: [] };
      }
    }
    const mapping = options.mapping ?? recognition!.mapping;
    const pairs: ImportedPair[] = [];
    const rejections: Rejection[] = [];
    await readAll(opened, reading, mapping, {
      ...options,
      maxRows: options.rows ?? 20,
      onPairs: (chunk) => void pairs.push(...chunk),
      onRejected: (chunk) => void rejections.push(...chunk),
    });
    return { ...known, mapping, ...(recognition && { recognition: { confidence: recognition.confidence, why: recognition.why } }), pairs, rejections };
  } finally {
    await opened.close();
  }
}
