// Edit distance of two texts, fast enough for whole datasets. Used by the measures of contrastiveness.

const WORD = 32;

/**
 * Levenshtein distance in code points, by Myers' bit-parallel algorithm in blocks of 32 rows (G. Myers, A fast
 * bit-vector algorithm for approximate string matching, J. ACM 46(3), 1999; in the form of H. Hyyrö, 2003).
 * Time is the product of both lengths over 32.
 */
export function levenshtein(first: string, second: string): number {
  if (first === second) return 0;
  // The longer text along the bits, so that there are fewer columns to carry over from block to block.
  let [rows, columns] = [Array.from(first), Array.from(second)];
  if (rows.length < columns.length) [rows, columns] = [columns, rows];
  if (columns.length === 0) return rows.length;

  // delta[j]: how the distance changes from column j - 1 to j at the lower edge of the blocks done so far.
  const delta = new Int8Array(columns.length).fill(1);
  let distance = rows.length;
  for (let top = 0; top < rows.length; top += WORD) {
    const height = Math.min(WORD, rows.length - top);
    const isLast = top + height === rows.length;
    const where = new Map<string, number>();
    for (let i = 0; i < height; i++) {
      const char = rows[top + i]!;
      where.set(char, (where.get(char) ?? 0) | (1 << i));
    }
    // Bits of rows where the distance rises or falls by one against the row above.
    let rises = -1;
    let falls = 0;
    for (let j = 0; j < columns.length; j++) {
      const carried = delta[j]!;
      let equal = where.get(columns[j]!) ?? 0;
      const xv = equal | falls;
      if (carried < 0) equal |= 1;
      // The sum may pass 32 bits; the bitwise operation takes it modulo 2³², as the algorithm wants.
      const xh = (((equal & rises) + rises) ^ rises) | equal;
      let up = falls | ~(xh | rises);
      let down = rises & xh;
      const change = ((up >>> (height - 1)) & 1) - ((down >>> (height - 1)) & 1);
      up = (up << 1) | (carried > 0 ? 1 : 0);
      down = (down << 1) | (carried < 0 ? 1 : 0);
      rises = down | ~(xv | up);
      falls = up & xv;
      delta[j] = change;
      if (isLast) distance += change;
    }
  }
  return distance;
}
