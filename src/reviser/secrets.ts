// Keeps keys out of whatever is shown or stored: servers echo them, whole or in part, in errors and in replies.

const MASK = '[key]';

/** Pieces of a key this long are taken out too. */
const PIECE = 8;

/** Looks of the keys of well-known providers, and of what stands in an Authorization header. */
const LOOKS = /\b(?:sk|pk|rk|gsk|xai|hf)[-_][\w*.…-]{8,}|\bAIza[\w-]{16,}|\bBearer\s+[^\s"',;]{16,}/gi;

/**
 * A server's words without the key: every piece of it of eight characters or more is masked, as is whatever looks like a key
 * of anybody's. Where the key is shorter and occurs, nothing of the words is left.
 */
export function withoutKey(text: string, key: string | undefined): string {
  const masked = key === undefined || key === '' ? text : withoutPieces(text, key);
  return masked.replace(LOOKS, MASK);
}

/** A model's reply without the whole key, and otherwise as it is. */
export function withoutWholeKey(text: string, key: string | undefined): string {
  return key === undefined || key.length < PIECE ? text : text.replaceAll(key, MASK);
}

function withoutPieces(text: string, key: string): string {
  if (key.length < PIECE) return text.includes(key) ? MASK : text;
  const pieces = new Set(Array.from({ length: key.length - PIECE + 1 }, (_, at) => key.slice(at, at + PIECE)));
  let out = '';
  for (let at = 0; at < text.length; ) {
    if (!pieces.has(text.slice(at, at + PIECE))) {
      out += text[at++];
      continue;
    }
    while (pieces.has(text.slice(at + 1, at + 1 + PIECE))) at += 1;
    at += PIECE;
    out += MASK;
  }
  return out;
}
