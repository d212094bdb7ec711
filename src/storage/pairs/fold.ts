// Text as full-text search compares it: letters' case, ways of composing a character and compatibility forms make no
// difference. Used for what is searched and for what is searched in.

/** Text that folding leaves as it is but for its case. */
const plain = /^[\x00-\x7f]*$/;

/**
 * Compatibility-composed (NFKC) lower case: decomposed Hangul and full-width letters become what people type. The Greek
 * final sigma, which lower case writes only at the end of a word, becomes the common one.
 */
export function foldText(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  // Lower case may come out decomposed (İ), and composing may bring forth a capital; so compose on both sides of it.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}
