// The bytes of a source in pieces: counted and hashed as they come, unpacked where they are gzip, looked at before they
// are read. A source that breaks off ends in a UserError, after everything before it was handed over.
import { UserError } from '../../engine/errors';
import type { ImportSource } from './types';

type Bytes = AsyncIterable<Uint8Array>;

/** Small enough for progress and cancelling to be smooth. */
const PIECE = 1 << 18;

/**
 * The source's bytes, each piece shown to `onPiece` first.
 * @throws UserError where reading fails; the signal's reason when aborted.
 */
export async function* readBytes(source: ImportSource, onPiece: (piece: Uint8Array) => void, signal?: AbortSignal): Bytes {
  for await (const piece of piecesOf(source, signal)) {
    for (let at = 0; at < piece.length; at += PIECE) {
      signal?.throwIfAborted();
      const part = piece.subarray(at, at + PIECE);
      onPiece(part);
      yield part;
    }
  }
}

async function* piecesOf({ name, bytes }: ImportSource, signal?: AbortSignal): Bytes {
  if (bytes instanceof Uint8Array) {
    yield bytes;
    return;
  }
  const reader = (bytes instanceof Blob ? bytes.stream() : bytes).getReader();
  // A read that hangs, as on a slow network, ends only by cancelling.
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('“{name}” could not be read any further: {reason}. The rows until there were kept; try again.', { name, reason });
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/**
 * Unpacks gzip. Everything that the packed bytes hold before a fault is handed over before the fault is thrown.
 * @throws UserError for what is damaged or broken off.
 */
export async function* gunzip(packed: Bytes): Bytes {
  const { readable, writable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const ready: Uint8Array[] = [];
  // The reader runs along all the time: what waits in a stream is lost when the stream fails.
  const reading = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      ready.push(value);
    }
  })();
  reading.catch(() => undefined);
  writer.closed.catch(() => undefined);
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  try {
    for await (const piece of packed) {
      // Small pieces, so that a fault takes little of what is right with it.
      for (let at = 0; at < piece.length; at += 1 << 14) {
        const failed = await failureOf(writer.write(piece.slice(at, at + (1 << 14))));
        if (failed) {
          await settle();
          yield* ready.splice(0);
          throw new UserError('The gzip data is damaged. The rows until there were kept; get the file again, or unpack it first.');
        }
        yield* ready.splice(0);
      }
    }
    await settle();
    yield* ready.splice(0);
    const closing = await failureOf(Promise.all([writer.close(), reading]));
    yield* ready.splice(0);
    if (closing) throw new UserError('The gzip data breaks off before its end. The rows until there were kept; get the file again for the rest.');
  } finally {
    // Releases the native part where the consumer has had enough.
    await writer.abort().catch(() => undefined);
    await reader.cancel().catch(() => undefined);
  }
}

async function failureOf(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch {
    return true;
  }
}

export interface Peeked {
  /** The first bytes, at least as many as wanted where there are so many. */
  readonly head: Uint8Array;
  /** All bytes, the first ones again. May be read once. */
  readonly all: Bytes;
  /** Lets go of what the bytes come from, read to their end or not. */
  readonly close: () => Promise<void>;
}

/** Looks at the first bytes. A fault there is thrown when the reader of `all` comes to it. */
export async function peek(bytes: Bytes, wanted: number): Promise<Peeked> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  let fault: { error: unknown } | undefined;
  let ended = false;
  while (length < wanted && !ended) {
    try {
      const { done, value } = await iterator.next();
      if (done) ended = true;
      else {
        first.push(value);
        length += value.length;
      }
    } catch (error) {
      fault = { error };
      ended = true;
    }
  }
  async function* all(): Bytes {
    yield* first;
    if (fault) throw fault.error;
    while (!ended) {
      const { done, value } = await iterator.next();
      if (done) return;
      yield value;
    }
  }
  return { head: joined(first, length), all: all(), close: async () => void (await iterator.return?.()) };
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const out = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
