// GPT-2's byte alphabet and its way of cutting text into pieces, shared by the tokenizer and its trainer.
// Both follow Radford et al. 2019 as Hugging Face's `ByteLevel` pre-tokenizer implements them.

/**
 * The printable character that stands for each of the 256 bytes in a vocabulary. Bytes that are printable in
 * Latin-1 stand for themselves; the others take the characters from U+0100 on, in order.
 */
export const byteToChar: readonly string[] = (() => {
  const chars: string[] = [];
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    chars.push(String.fromCharCode(printable ? byte : next++));
  }
  return chars;
})();

export const charToByte: ReadonlyMap<string, number> = new Map(byteToChar.map((char, byte) => [char, byte]));

// GPT-2's pattern. `\p{White_Space}` rather than `\s`, because JavaScript's `\s` leaves out U+0085 and takes in U+FEFF,
// which the Rust implementation does not.
const PIECE =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Cuts text into pieces within which tokens are merged; the pieces joined give the text again. */
export function splitPieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}

/** Cuts text as `splitPieces` does, piece by piece, until `visit` answers false; the rest is never looked at. */
export function eachPiece(text: string, visit: (piece: string) => boolean): void {
  for (let from = 0, to: number; from < text.length; from = to) {
    PIECE.lastIndex = from;
    if (!PIECE.test(text)) return;
    to = PIECE.lastIndex;
    if (!visit(text.slice(from, to))) return;
  }
}

const encoder = new TextEncoder();

/** UTF-8. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
