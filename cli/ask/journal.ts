// The replies of a command line's job in a file beside its output: a line of JSON each, only ever added to. Whatever breaks
// off a run costs at most the line that was being written. It holds no key, and is a recording that can be replayed.
import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../../src/engine/errors';
import type { Tokens } from '../../src/reviser/budget';
import type { ReplyStore, StoredReply } from '../../src/reviser/replies';
import { reasonOf } from '../assets';

export interface Journal extends ReplyStore {
  readonly path: string;
  /** Replies in it. */
  size(): number;
  /** What all of them took. */
  tokens(): Tokens;
  /** Lines that hold no reply; they are left as they are. */
  readonly damaged: number;
  close(): Promise<void>;
}

const count = z.number().nonnegative();

/** What the lab goes by; the rest of a line is kept as it is. */
const lineSchema = z.looseObject({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  identity: z.looseObject({ kind: z.string(), origin: z.string() }),
  request: z.looseObject({ model: z.string() }),
  reply: z.looseObject({ text: z.string(), finish: z.enum(['stop', 'length', 'refused', 'other']), model: z.string() }),
  promptVersion: z.string(),
  time: z.number(),
  tokens: z.looseObject({ input: count, output: count }),
});

const NEWLINE = 0x0a;
const READ = 1 << 20;

interface Place {
  readonly at: number;
  readonly length: number;
}

/** @throws UserError where the file can not be had, or another process has it. */
export async function openJournal(path: string): Promise<Journal> {
  const unlock = await lock(`${path}.lock`);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'a+');
    return await readJournal(path, file, unlock);
  } catch (error) {
    await file?.close().catch(() => undefined);
    await unlock();
    throw error instanceof UserError ? error : cannot(path, error);
  }
}

const cannot = (path: string, error: unknown): UserError => new UserError('The replies cannot be kept in {path}: {reason}. What was kept before is still there.', { path, reason: reasonOf(error) });

async function readJournal(path: string, file: FileHandle, unlock: () => Promise<void>): Promise<Journal> {
  const places = new Map<string, Place>();
  const tokens = { input: 0, output: 0 };
  let damaged = 0;
  let end = 0;

  const take = (line: Buffer, at: number): boolean => {
    const reply = replyIn(line);
    if (reply === undefined) return false;
    // Of two replies to one request the first was used.
    if (!places.has(reply.hash)) places.set(reply.hash, { at, length: line.length });
    tokens.input += reply.tokens.input;
    tokens.output += reply.tokens.output;
    return true;
  };

  let rest = Buffer.alloc(0);
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(READ), 0, READ, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    let from = 0;
    for (let to = rest.indexOf(NEWLINE, from); to !== -1; to = rest.indexOf(NEWLINE, from)) {
      const line = rest.subarray(from, to);
      if (line.length > 0 && !take(line, end)) damaged += 1;
      end += line.length + 1;
      from = to + 1;
    }
    rest = rest.subarray(from);
  }
  if (rest.length > 0) {
    // The last line was torn, or only its end is missing.
    if (take(rest, end)) {
      await file.write('\n');
      end += rest.length + 1;
    } else await file.truncate(end);
  }

  let turn: Promise<unknown> = Promise.resolve();
  const append = async (reply: StoredReply): Promise<void> => {
    const line = Buffer.from(`${JSON.stringify(reply)}\n`, 'utf8');
    try {
      await file.appendFile(line);
    } catch (error) {
      // A part of a line would spoil the next one.
      await file.truncate(end).catch(() => undefined);
      throw cannot(path, error);
    }
    places.set(reply.hash, { at: end, length: line.length - 1 });
    end += line.length;
    tokens.input += reply.tokens.input;
    tokens.output += reply.tokens.output;
  };

  return {
    path, damaged,
    size: () => places.size,
    tokens: () => ({ ...tokens }),
    get: async (hash) => {
      const place = places.get(hash);
      if (place === undefined) return undefined;
      const { buffer } = await file.read(Buffer.alloc(place.length), 0, place.length, place.at);
      return replyIn(buffer);
    },
    put: (reply) => {
      const mine = turn.then(() => append(reply));
      turn = mine.catch(() => undefined);
      return mine;
    },
    close: async () => {
      await turn;
      await file.sync().catch(() => undefined);
      await file.close();
      await unlock();
    },
  };
}

function replyIn(line: Buffer): StoredReply | undefined {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(line.toString('utf8')));
    return parsed.success ? (parsed.data as unknown as StoredReply) : undefined;
  } catch {
    return undefined;
  }
}

/** Two processes that ask for one job would pay twice and write into each other's lines. */
async function lock(path: string): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannot(path.replace(/\.lock$/, ''), error);
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (attempt > 0 || isAlive(holder)) {
        throw new UserError('Process {holder} is at work on the same output. Nothing was asked; wait for it, or choose another --out.', { holder });
      }
      // Whoever held it was killed.
      await rm(path, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
