// The byte-level BPE tokenizer: text to token ids and back. Everything that reads or writes text for the model uses it.
import { UserError } from '../errors';
import { byteToChar, charToByte, eachPiece, splitPieces, utf8 } from './bytes';
import { parseTokenizerJson } from './json';
import { mergePair } from './merge';

export type { TokenizerJson } from './json';

export interface Tokenizer {
  /** One more than the largest id. */
  readonly vocabSize: number;
  /** The special tokens and their ids. */
  readonly special: ReadonlyMap<string, number>;
  /**
   * Text to ids. Never yields a special token: text that spells one, such as `<|end|>`, is encoded as ordinary
   * characters, so data can not end a turn or open one. Lone surrogates become U+FFFD, as UTF-8 has no place for them.
   */
  encode(text: string): number[];
  /** How many tokens `encode` gives, counted no further than `most`: a text of more counts as Infinity, seldom read to its end. */
  count(text: string, most: number): number;
  /**
   * Ids to text; special tokens are left out. `decode(encode(text))` is the text, for any well-formed text. Bytes that
   * are no valid UTF-8, which a model can produce, become U+FFFD.
   * @throws RangeError for an id outside the vocabulary.
   */
  decode(ids: readonly number[]): string;
  /**
   * Decodes ids one by one as they are sampled: each call gives the text that has become certain, which is empty while
   * a character's bytes are incomplete; `end` gives what was left over.
   */
  stream(): { push(id: number): string; end(): string };
  /** @throws UserError if the vocabulary has no such special token. */
  idOf(special: string): number;
  /** The token as the vocabulary spells it, in the byte alphabet; for tables and tooltips. */
  tokenText(id: number): string;
}

// Pieces repeat, so their ids are remembered; the bound keeps a stream of odd text from growing the memory. It lies above
// the words of a large dataset: a cache that is emptied again and again made counting them three times as slow.
const CACHE_PIECES = 65_536;
const CACHE_LENGTH = 64;

/**
 * Reads a `tokenizer.json` of Hugging Face's `tokenizers`, of the kind that `trainTokenizer` writes.
 * @throws UserError naming the field that is wrong or that this tokenizer can not honour.
 */
export function loadTokenizer(json: unknown): Tokenizer {
  const { vocab, merges, special } = parseTokenizerJson(json);
  const idOfByte = byteToChar.map((char) => vocab.get(char)!);
  const spelling: (string | undefined)[] = [];
  for (const [token, id] of vocab) spelling[id] = token;
  for (const [token, id] of special) spelling[id] = token;
  const size = spelling.length;
  const specialIds = new Set(special.values());
  const bytesOf = spelling.map((token, id) =>
    token === undefined || specialIds.has(id) ? new Uint8Array() : Uint8Array.from(token, (char) => charToByte.get(char)!),
  );
  const ranks = new Map<number, { rank: number; merged: number }>();
  merges.forEach(([left, right], rank) => {
    const key = vocab.get(left)! * size + vocab.get(right)!;
    if (!ranks.has(key)) ranks.set(key, { rank, merged: vocab.get(left + right)! });
  });

  /** The ids of a piece's bytes. Browsers take long over the call that encodes, and most pieces are ASCII. */
  const byteIds = (piece: string): number[] => {
    const ids: number[] = [];
    for (let i = 0; i < piece.length; i++) {
      const code = piece.charCodeAt(i);
      if (code > 0x7f) return Array.from(utf8(piece), (byte) => idOfByte[byte]!);
      ids.push(idOfByte[code]!);
    }
    return ids;
  };

  /** Applies the merges in the order in which they were learnt; each pass makes every occurrence of one of them. */
  const encodePiece = (piece: string): number[] => {
    let ids = byteIds(piece);
    for (;;) {
      let best = Infinity;
      let at = -1;
      let merged = -1;
      for (let i = 1; i < ids.length; i++) {
        const merge = ranks.get(ids[i - 1]! * size + ids[i]!);
        if (merge && merge.rank < best) {
          best = merge.rank;
          at = i;
          merged = merge.merged;
        }
      }
      if (at < 0) return ids;
      ids = mergePair(ids, ids[at - 1]!, ids[at]!, merged);
    }
  };

  const cache = new Map<string, number[]>();
  // A piece is a slice, and engines keep the whole text in memory for as long as one of its longer slices is there.
  const copies = new TextDecoder('utf-8', { ignoreBOM: true });
  const copyOf = (piece: string): string => (piece.length < 13 ? piece : copies.decode(utf8(piece)));
  const idsOf = (piece: string): number[] => {
    let ids = cache.get(piece);
    if (!ids) {
      ids = encodePiece(piece);
      if (piece.length <= CACHE_LENGTH) {
        if (cache.size >= CACHE_PIECES) cache.clear();
        cache.set(copyOf(piece), ids);
      }
    }
    return ids;
  };
  const encode = (text: string): number[] => {
    const out: number[] = [];
    for (const piece of splitPieces(text)) for (const id of idsOf(piece)) out.push(id);
    return out;
  };

  const longest = bytesOf.reduce((most, { length }) => Math.max(most, length), 1);
  // No token stands for more bytes than the longest, and no unit of UTF-16 takes less than one: a text or a piece that is
  // long enough needs no merging to be known as too long.
  const least = (text: string): number => Math.ceil(text.length / longest);
  const count = (text: string, most: number): number => {
    if (least(text) > most) return Infinity;
    let tokens = 0;
    eachPiece(text, (piece) => {
      tokens += tokens + least(piece) > most ? Infinity : idsOf(piece).length;
      return tokens <= most;
    });
    return tokens <= most ? tokens : Infinity;
  };

  const bytes = (id: number): Uint8Array => {
    const found = bytesOf[id];
    if (!found) throw new RangeError(`Token id ${id} lies outside the vocabulary of ${size}.`);
    return found;
  };

  const stream = (): ReturnType<Tokenizer['stream']> => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return {
      push: (id) => decoder.decode(bytes(id), { stream: true }),
      end: () => decoder.decode(),
    };
  };

  return {
    vocabSize: size,
    special,
    encode,
    count,
    decode: (ids) => {
      const parts = ids.map(bytes);
      const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      // ignoreBOM keeps a leading U+FEFF, which would otherwise be swallowed.
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
    },
    stream,
    idOf: (token) => {
      const id = special.get(token);
      if (id === undefined) {
        throw new UserError('The tokenizer has no special token “{token}”, which the chat form needs. Nothing was changed.', { token });
      }
      return id;
    },
    tokenText: (id) => {
      bytes(id);
      return spelling[id] ?? '';
    },
  };
}
