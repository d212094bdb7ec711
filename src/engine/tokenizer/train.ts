// Learns a byte-level BPE vocabulary from text. `npm run pretrain` uses it once; the result ships as `tokenizer.json`.
import { byteToChar, splitPieces, utf8 } from './bytes';
import type { TokenizerJson } from './json';
import { mergePair } from './merge';

export interface TrainTokenizerOptions {
  /** Special tokens, the 256 bytes and the merges together. */
  readonly vocabSize: number;
  /** They take the first ids, in this order. */
  readonly specialTokens: readonly string[];
}

interface Piece {
  /** Token ids, replaced as merges are made. */
  ids: number[];
  readonly count: number;
}

// Ids stay far below 2^26, so a pair fits into one exact double.
const WIDTH = 2 ** 26;

/**
 * Byte-pair encoding as Sennrich et al. 2016 (algorithm 1) define it, over bytes: the most frequent neighbouring pair
 * becomes a new token until the vocabulary is full. Equal counts are settled by the smaller pair of ids, as Hugging
 * Face's trainer settles them, so a corpus always gives the same vocabulary, whatever its order. The vocabulary is
 * smaller than asked for if every piece has become one token.
 * @returns a document for `loadTokenizer`, which Hugging Face's `tokenizers` loads as it is.
 */
export function trainTokenizer(texts: Iterable<string>, options: TrainTokenizerOptions): TokenizerJson {
  const { vocabSize, specialTokens } = options;
  if (new Set(specialTokens).size !== specialTokens.length) throw new RangeError('Special tokens must differ.');
  if (!Number.isInteger(vocabSize) || vocabSize < specialTokens.length + 256 || vocabSize >= WIDTH) {
    throw new RangeError(`vocabSize must be a whole number of at least ${specialTokens.length + 256}.`);
  }

  // Hugging Face sorts the alphabet by character, not by byte.
  const tokens = [...specialTokens, ...[...byteToChar].sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0))];
  const idOfByte = byteToChar.map((char) => tokens.indexOf(char, specialTokens.length));
  const pieces = countPieces(texts, idOfByte);

  const counts = new Map<number, number>();
  const places = new Map<number, Set<Piece>>();
  const add = (piece: Piece, sign: 1 | -1): void => {
    for (let i = 1; i < piece.ids.length; i++) {
      const key = piece.ids[i - 1]! * WIDTH + piece.ids[i]!;
      const count = (counts.get(key) ?? 0) + sign * piece.count;
      if (count === 0) {
        counts.delete(key);
        places.delete(key);
        continue;
      }
      counts.set(key, count);
      if (sign === 1) {
        const set = places.get(key);
        if (set) set.add(piece);
        else places.set(key, new Set([piece]));
      }
    }
  };
  for (const piece of pieces) add(piece, 1);

  const merges: string[] = [];
  while (tokens.length < vocabSize) {
    let best = -1;
    let bestCount = 0;
    for (const [key, count] of counts) {
      if (count > bestCount || (count === bestCount && key < best)) {
        best = key;
        bestCount = count;
      }
    }
    if (best < 0) break;
    const left = Math.floor(best / WIDTH);
    const right = best % WIDTH;
    const merged = tokens.length;
    merges.push(`${tokens[left]!} ${tokens[right]!}`);
    tokens.push(tokens[left]! + tokens[right]!);
    // A piece may have lost the pair through an earlier merge; taking it apart and together again is then harmless.
    for (const piece of [...places.get(best)!]) {
      add(piece, -1);
      piece.ids = mergePair(piece.ids, left, right, merged);
      add(piece, 1);
    }
  }
  return tokenizerDocument(tokens, merges, specialTokens);
}

function countPieces(texts: Iterable<string>, idOfByte: readonly number[]): Piece[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const piece of splitPieces(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => ({ ids: Array.from(utf8(text), (byte) => idOfByte[byte]!), count }));
}

function tokenizerDocument(tokens: string[], merges: string[], specialTokens: readonly string[]): TokenizerJson {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}
