// One merge of byte-pair encoding, the same for learning a vocabulary and for using it.

/** Replaces each occurrence of a pair, from the left. */
export function mergePair(ids: readonly number[], left: number, right: number, merged: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left && ids[i + 1] === right) {
      out.push(merged);
      i += 1;
    } else {
      out.push(ids[i]!);
    }
  }
  return out;
}
