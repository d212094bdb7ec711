// From a file, a text or a public dataset to a stored one: read by preferences/import, measured and packed on the way,
// written while the next pairs are read, and visible all at once or not at all.
import { remarkText } from '../../engine/errors';
import { importPairs, previewPairs, type ImportPreview, type ImportReport, type ImportSource as ReadSource, type Rejection } from '../../preferences/import';
import { openViewer, type ViewerPosition } from '../../preferences/import/viewer';
import { withDatabase } from '../database';
import { appendFrom } from './changes';
import { datasetName } from './datasetName';
import type { Holder } from './holder';
import { labels } from './labels';
import type { Loaded } from './loaded';
import { countPairs, createPacker, type Packed, type Packer } from './packer';
import type { Answer, ImportSource, Progress, RequestOf } from './protocol';
import { markOverContext, modelContext, overContextBlocks, overContextHead } from './overContext';
import { infoOf } from './queries';
import type { DatasetRecord, StoredDataset } from './records';
import { beginStaging, dropDataset, newDatasetId, stage, whileStaging } from './staging';
import { isListed, textTables } from './tables';
import { splitRuleText } from './splitRule';
import { newHead, putPacked } from './upgrade';

export interface ImportContext {
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly tell: (progress: Progress<'import'>) => void;
}

/** Chunks of texts written in one transaction: some megabytes. */
const WRITTEN = 64;
const HELD_OUT_SHARE = 0.1;
/** The provenance of what a person has brought says by this key when. */
const IMPORTED = 'imported';

interface Opened {
  readonly source: ReadSource;
  readonly position?: () => ViewerPosition;
}

async function openImport(source: ImportSource, { fetch, signal }: Pick<ImportContext, 'fetch' | 'signal'>): Promise<Opened> {
  switch (source.kind) {
    case 'blob':
      return { source: { name: source.name, bytes: source.blob } };
    case 'text':
      // A lone surrogate becomes a replacement character, as in every file.
      return { source: { name: source.name, bytes: new TextEncoder().encode(source.text) } };
    case 'viewer': {
      const { name, bytes, position } = await openViewer(source, { fetch, signal });
      return { source: { name, bytes }, position };
    }
  }
}

/** The first rows as they would be imported. */
export async function preview(request: RequestOf<'preview'>, context: Pick<ImportContext, 'fetch' | 'signal'>): Promise<ImportPreview> {
  const { source } = await openImport(request.source, context);
  const { mapping, rows, heldOutShare = HELD_OUT_SHARE, seed = 0 } = request;
  return previewPairs(source, { heldOutShare, seed, signal: context.signal, ...(mapping && { mapping }), ...(rows !== undefined && { rows }) });
}

/** Imports into a new dataset or into one that is there; all pairs or, when anything fails, none. */
export async function importDataset(holder: Holder, request: RequestOf<'import'>, context: ImportContext): Promise<Answer<'import'>> {
  const { source, position } = await openImport(request.source, context);
  const first = await withDatabase(async (db) => (await db.datasets.toArray()).every((head) => !isListed(head) || head.provenance[IMPORTED] === undefined));
  const id = newDatasetId();
  const dataset = { id, name: request.name ?? datasetName(request.source), createdAt: context.now(), provenance: {} };
  return whileStaging(id, async () => {
    try {
      await beginStaging(dataset, context.now());
      const read = await readInto(id, source, request, context);
      const { report, rejectedRows, packer } = read;
      const answer = {
        report,
        first,
        ...(rejectedRows && { rejectedRows }),
        ...(position && report.incomplete && { position: position() }),
      };
      if (report.pairs === 0) {
        await dropDataset(id);
        return answer;
      }
      const provenance = provenanceOf(report, request, context.now());
      if (request.into === undefined) {
        const head = await publish({ ...dataset, provenance }, packer, read.rest, labels.import(report.pairs));
        return { ...answer, dataset: infoOf(head) };
      }
      await stage(id, read.rest, context.now());
      const staged: Loaded = {
        head: newHead(dataset, packer.columns.count, countPairs(packer.columns), packer.tagSets.lists),
        columns: packer.columns,
        tagSets: packer.tagSets,
        starts: Uint32Array.from([...read.starts, ...read.rest.chunks.map((chunk) => chunk.first)]),
        memo: { flags: {}, orders: new Map(), searches: new Map() },
      };
      const info = await appendFrom(holder, staged, request.into, labels.import(report.pairs));
      await dropDataset(id);
      return { ...answer, dataset: info };
    } catch (error) {
      // Should this fail too, the next start sweeps it.
      await dropDataset(id).catch(() => undefined);
      throw error;
    }
  });
}

interface Read {
  readonly report: ImportReport;
  readonly rejectedRows?: Blob;
  readonly packer: Packer;
  /** First rows of the chunks that were written, and the records that were not. */
  readonly starts: readonly number[];
  readonly rest: Packed;
}

/** Reads the source to its end and writes all but the last records. */
async function readInto(id: string, source: ReadSource, request: RequestOf<'import'>, { signal, now, tell }: ImportContext): Promise<Read> {
  const packer = createPacker(id);
  const rejected: Blob[] = [];
  const starts: number[] = [];
  let waiting: Packed = { chunks: [], columns: [], sketches: [] };
  // One transaction at a time, while the next pairs are read.
  let writing: Promise<void> = Promise.resolve();
  let last: Progress<'import'> | undefined;
  const { mapping, heldOutShare = HELD_OUT_SHARE, seed = 0, model } = request;

  const report = await importPairs(source, {
    ...(mapping && { mapping }),
    ...(model && { context: modelContext(model) }),
    heldOutShare,
    seed,
    signal,
    onProgress: (progress) => tell((last = { ...progress, stage: 'reading' })),
    onPairs: async (pairs) => {
      for (const { pair, measures, warnings } of pairs) {
        const row = packer.add(pair, measures);
        if (model) markOverContext(packer.columns, row, warnings.includes('overContext'));
      }
      const packed = packer.take();
      waiting = {
        chunks: [...waiting.chunks, ...packed.chunks],
        columns: [...waiting.columns, ...packed.columns],
        sketches: [...waiting.sketches, ...packed.sketches],
      };
      if (waiting.chunks.length < WRITTEN) return;
      const full = waiting;
      waiting = { chunks: [], columns: [], sketches: [] };
      starts.push(...full.chunks.map((chunk) => chunk.first));
      await writing;
      writing = stage(id, full, now());
      // It is awaited with the next one; until then nobody else would hear of a failure.
      writing.catch(() => undefined);
    },
    onRejected: (rows) => void rejected.push(new Blob(rows.map((row) => `${JSON.stringify(rejectedLine(row))}\n`))),
  });
  await writing;
  if (last) tell({ ...last, stage: 'finishing' });
  const end = packer.take(true);
  return {
    report,
    packer,
    starts,
    rest: {
      chunks: [...waiting.chunks, ...end.chunks],
      columns: [...waiting.columns, ...end.columns],
      sketches: [...waiting.sketches, ...end.sketches],
    },
    ...(rejected.length > 0 && { rejectedRows: new Blob(rejected, { type: 'application/jsonl' }) }),
  };
}

function rejectedLine({ row, line, code, problem, excerpt }: Rejection): object {
  return { row, ...(line !== undefined && { line }), code, reason: remarkText(problem), excerpt };
}

/** Writes the last records and the head: from then on the dataset is there, and one undo takes it away. */
export async function publish(
  dataset: Pick<StoredDataset, 'id' | 'name' | 'createdAt' | 'provenance'>,
  { columns, tagSets }: Pick<Packer, 'columns' | 'tagSets'>,
  rest: Packed,
  label: DatasetRecord['done'][number]['label'],
): Promise<DatasetRecord> {
  const { id, name } = dataset;
  const head = { ...newHead(dataset, columns.count, countPairs(columns), tagSets.lists), added: overContextHead(columns), done: [{ at: 0, label }] };
  return withDatabase((db) =>
    db.transaction('rw', [db.datasets, ...textTables(db)], async (transaction) => {
      await putPacked(transaction, rest);
      await db.addedColumns.bulkPut(overContextBlocks(id, columns));
      const step = { kind: 'head', dataset: id, before: { name, deleted: true }, after: { name, deleted: false } } as const;
      await db.journal.put({ dataset: id, at: 0, steps: [step] });
      await db.datasets.put(head);
      return head;
    }),
  );
}

function provenanceOf(report: ImportReport, { source, heldOutShare = HELD_OUT_SHARE, seed = 0, model }: RequestOf<'import'>, now: number): Record<string, string> {
  return {
    [source.kind === 'viewer' ? 'dataset' : 'file']: report.name,
    format: [report.format, ...(report.encoding ? [report.encoding] : []), ...(report.compressed ? ['gzip'] : [])].join(', '),
    ...(report.sha256 !== undefined && { sha256: report.sha256 }),
    mapping: JSON.stringify(report.mapping),
    split: report.mapping.kind === 'lab' || report.mapping.split !== undefined ? `as the rows say, else ${splitRuleText({ heldOutShare, seed })}` : splitRuleText({ heldOutShare, seed }),
    rows: `${report.rows} = ${report.ok} ok + ${report.rejected} rejected`,
    ...(report.context && { context: `${report.context.over} of ${report.pairs} pairs longer than ${report.context.tokens} tokens${model ? ` (${model.name})` : ''}` }),
    [IMPORTED]: new Date(now).toISOString(),
  };
}
