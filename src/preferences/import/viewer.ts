// Public datasets by name, through Hugging Face's dataset viewer: as a stream of rows that importPairs reads like a file.
// Pages come one after another, wait where the server asks for it, and can go on from any row.
import { z } from 'zod';
import { UserError } from '../../engine/errors';

export const VIEWER = 'https://datasets-server.huggingface.co';

/** Rows of one request; the server gives no more. */
const PAGE = 100;
/** Tries of one request in all, the last about half a minute after the first. */
const TRIES = 6;

export interface ViewerOptions {
  readonly fetch: typeof fetch;
  /** Another address than the public server's. */
  readonly base?: string;
  readonly signal?: AbortSignal;
  /** Waits before another try; by default in real time. */
  readonly wait?: (ms: number) => Promise<void>;
}

export interface ViewerSplit {
  readonly config: string;
  readonly split: string;
}

const splitsSchema = z.object({ splits: z.array(z.object({ config: z.string(), split: z.string() })) });

/**
 * The parts of a dataset.
 * @throws UserError if there is no such dataset, or it can not be reached.
 */
export async function listSplits(dataset: string, options: ViewerOptions): Promise<ViewerSplit[]> {
  const { splits } = await ask('splits', { dataset }, splitsSchema, dataset, options);
  return splits.map(({ config, split }) => ({ config, split }));
}

const parquetSchema = z.object({
  parquet_files: z.array(z.object({ config: z.string(), split: z.string(), url: z.url(), filename: z.string(), size: z.number().optional() })),
});

export interface ParquetFile extends ViewerSplit {
  readonly url: string;
  readonly filename: string;
  /** Bytes. */
  readonly size?: number;
}

/** The dataset as Parquet files, which come faster than pages of rows where a dataset is large. */
export async function listParquet(dataset: string, options: ViewerOptions): Promise<ParquetFile[]> {
  const answer = await ask('parquet', { dataset }, parquetSchema, dataset, options);
  return answer.parquet_files.map(({ config, split, url, filename, size }) => ({ config, split, url, filename, ...(size !== undefined && { size }) }));
}

/** A Parquet file's bytes, for importPairs. */
export async function openParquet({ url, filename }: ParquetFile, options: ViewerOptions): Promise<ReadableStream<Uint8Array>> {
  const { body } = await request(url, filename, options);
  if (!body) throw unreachable(filename, 'the answer is empty');
  return body;
}

export interface ViewerRequest {
  readonly dataset: string;
  /** By default the first. */
  readonly config?: string;
  /** By default `train`, or the first. */
  readonly split?: string;
  /** The first row, counted from 0: where an import that broke off goes on. */
  readonly offset?: number;
  /** Rows at most. */
  readonly length?: number;
}

export interface ViewerPosition {
  /** The row that comes next: the offset to go on from. */
  readonly next: number;
  /** Absent before the first answer. */
  readonly total?: number;
}

export interface ViewerStream {
  /** For people and for the provenance. */
  readonly name: string;
  /** JSON lines, each a row as the viewer wraps it; importPairs takes the wrapping off. */
  readonly bytes: ReadableStream<Uint8Array>;
  readonly position: () => ViewerPosition;
}

const rowsSchema = z.object({
  rows: z.array(z.looseObject({ row_idx: z.number() })),
  num_rows_total: z.number().optional(),
});

/**
 * Opens a dataset. The stream fails with a UserError where the server can not be reached any more; `position` then says
 * where to go on.
 * @throws UserError if there is no such dataset or part of one.
 */
export async function openViewer(wanted: ViewerRequest, options: ViewerOptions): Promise<ViewerStream> {
  const { dataset } = wanted;
  const { config, split } = await chooseSplit(wanted, options);
  const end = (wanted.offset ?? 0) + (wanted.length ?? Infinity);
  let next = wanted.offset ?? 0;
  let total: number | undefined;
  const encoder = new TextEncoder();

  const bytes = new ReadableStream<Uint8Array>(
    {
      // One page for each pull, so that no more is fetched than is read.
      pull: async (controller) => {
        const length = Math.min(PAGE, end - next, (total ?? Infinity) - next);
        if (length <= 0) {
          controller.close();
          return;
        }
        const answer = await ask('rows', { dataset, config, split, offset: String(next), length: String(length) }, rowsSchema, dataset, options);
        total = answer.num_rows_total ?? total;
        if (answer.rows.length === 0) {
          controller.close();
          return;
        }
        next += answer.rows.length;
        controller.enqueue(encoder.encode(answer.rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
      },
    },
    { highWaterMark: 0 },
  );
  return { name: `${dataset}/${config}/${split}`, bytes, position: () => ({ next, ...(total !== undefined && { total }) }) };
}

async function chooseSplit({ dataset, config, split }: ViewerRequest, options: ViewerOptions): Promise<ViewerSplit> {
  if (config !== undefined && split !== undefined) return { config, split };
  const all = (await listSplits(dataset, options)).filter((one) => (config ?? one.config) === one.config && (split ?? one.split) === one.split);
  const found = all.find((one) => one.split === 'train') ?? all[0];
  if (!found) throw new UserError('The dataset {dataset} has no such part. Nothing was imported; choose another configuration or split.', { dataset });
  return found;
}

async function ask<T>(path: string, query: Record<string, string>, schema: z.ZodType<T>, dataset: string, options: ViewerOptions): Promise<T> {
  if (!/^[\w.-]+(?:\/[\w.-]+)?$/.test(dataset)) {
    throw new UserError('“{dataset}” is no name of a dataset. Nothing was imported; a name looks like owner/dataset.', { dataset });
  }
  const response = await request(`${options.base ?? VIEWER}/${path}?${new URLSearchParams(query).toString()}`, dataset, options);
  let json: unknown;
  try {
    json = await response.json();
  } catch (error) {
    options.signal?.throwIfAborted();
    throw unreachable(dataset, error instanceof Error ? error.message : String(error));
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw unreachable(dataset, parsed.error.issues[0]!.message);
  return parsed.data;
}

/** One request with its retries: on a lost connection, on 429 and on 5xx, each time after twice as long or as the server asks. */
async function request(url: string, name: string, { fetch, signal, wait = sleep }: ViewerOptions): Promise<Response> {
  let reason = '';
  for (let attempt = 0; attempt < TRIES; attempt++) {
    let delay = 1000 * 2 ** attempt;
    try {
      const response = await fetch(url, signal ? { signal } : {});
      if (response.ok) return response;
      const said = await problemOf(response);
      if (response.status !== 429 && response.status < 500) {
        throw new UserError('The dataset viewer does not give {name}: {reason}. Nothing more was imported; check the name, and that it is public.', { name, reason: said });
      }
      reason = said;
      const asked = Number(response.headers.get('Retry-After'));
      if (asked > 0) delay = Math.min(asked, 60) * 1000;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UserError) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    if (attempt < TRIES - 1) {
      await Promise.race([wait(delay), aborted(signal)]);
      signal?.throwIfAborted();
    }
  }
  throw unreachable(name, reason);
}

const unreachable = (name: string, reason: string): UserError =>
  new UserError('The dataset viewer does not answer for {name}: {reason}. What came before was kept; go on from there later.', { name, reason });

async function problemOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error?: unknown };
    // The sentence around it has a full stop of its own.
    if (typeof error === 'string') return error.slice(0, 200).replace(/[.\s]+$/, '');
  } catch {
    // The status has to say it.
  }
  return `${response.status} ${response.statusText}`.trim();
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when the signal is aborted. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
