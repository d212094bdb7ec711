// Files as the command line reads and writes them. Used by its import, revise and judge commands.
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { UserError } from '../src/engine/errors';
import { parseMapping, type ImportSource, type Mapping } from '../src/preferences/import';
import { reasonOf } from './assets';

export async function openFile(path: string): Promise<ImportSource> {
  if (path === '-') return { name: 'standard input', bytes: webStream(process.stdin) };
  try {
    if ((await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    throw new UserError('The file {path} could not be read: {reason}.', { path, reason: reasonOf(error) });
  }
  return { name: basename(path), bytes: webStream(createReadStream(path)) };
}

const webStream = (stream: Readable): ReadableStream<Uint8Array> => Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>;

export async function readMapping(path: string | undefined): Promise<{ mapping?: Mapping }> {
  if (path === undefined) return {};
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError('The mapping {path} could not be read: {reason}.', { path, reason: reasonOf(error) });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError('The mapping {path} is not valid JSON: {reason}.', { path, reason: (error as Error).message });
  }
  return { mapping: parseMapping(json) };
}

export interface Out {
  write(text: string): Promise<void>;
  /** Puts what was written in its place, or takes it away again. */
  close(keep: boolean): Promise<void>;
}

/** Writes beside the file and renames at the end, so that a failure leaves what was there, and input may be output, too. */
export async function openOut(path: string): Promise<Out> {
  const wrong = (error: unknown): UserError => new UserError('The pairs cannot be written to {path}: {reason}.', { path, reason: reasonOf(error) });
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) throw wrong(Object.assign(new Error(), { code: 'EISDIR' }));
  // A device or a pipe is written to as it is.
  const part = there && !there.isFile() ? path : `${path}.part`;
  const stream = createWriteStream(part);
  let failure: unknown;
  stream.on('error', (error) => (failure ??= error));
  return {
    write: async (text) => {
      if (failure === undefined && !stream.write(text)) await Promise.race([once(stream, 'drain'), finished(stream)]).catch(() => undefined);
      if (failure !== undefined) throw wrong(failure);
    },
    close: async (keep) => {
      stream.end();
      await finished(stream).catch((error: unknown) => (failure ??= error));
      if (part !== path) {
        if (keep && failure === undefined) await rename(part, path).catch((error: unknown) => (failure ??= error));
        else await rm(part, { force: true });
      }
      if (keep && failure !== undefined) throw wrong(failure);
    },
  };
}
