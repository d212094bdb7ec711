// Two texts as one: what both have, what only the earlier has and what only the later has, in reading order. For people
// who review a revision; as quick as the word diff, which it is made from.
import { wordDiff, type DiffPart } from './wordDiff';

export interface InlinePart {
  readonly text: string;
  readonly kind: 'same' | 'removed' | 'added';
}

export interface InlineDiff {
  readonly parts: readonly InlinePart[];
  /** False where only beginning and end were compared. */
  readonly complete: boolean;
}

/**
 * Joined without those that are `added` the parts are the earlier text, without those that are `removed` the later one.
 * What was taken away stands before what came in its place.
 */
export function inlineDiff(before: string, after: string, time?: number): InlineDiff {
  const { chosen: later, rejected: earlier, complete } = wordDiff(after, before, time);
  const parts: InlinePart[] = [];
  const add = (text: string, kind: InlinePart['kind']): void => {
    if (text !== '') parts.push({ text, kind });
  };
  let [i, j] = [0, 0];
  // Shared stretches of the two sides hold the same words, but one side may cut them in several where the other has a change.
  let [left, right]: [DiffPart | undefined, DiffPart | undefined] = [earlier[i], later[j]];
  while (left !== undefined || right !== undefined) {
    if (left !== undefined && !left.shared) {
      add(left.text, 'removed');
      left = earlier[++i];
    } else if (right !== undefined && !right.shared) {
      add(right.text, 'added');
      right = later[++j];
    } else if (left === undefined || right === undefined) {
      // A blank that one side counts among its changes and the other does not.
      add((left ?? right)!.text, left === undefined ? 'added' : 'removed');
      if (left === undefined) right = later[++j];
      else left = earlier[++i];
    } else {
      let length = 0;
      while (length < left.text.length && left.text[length] === right.text[length]) length += 1;
      if (length === 0) {
        add(left.text, 'removed');
        left = earlier[++i];
        continue;
      }
      add(left.text.slice(0, length), 'same');
      const rest = (part: DiffPart): DiffPart | undefined => (length < part.text.length ? { text: part.text.slice(length), shared: true } : undefined);
      left = rest(left) ?? earlier[++i];
      right = rest(right) ?? later[++j];
    }
  }
  return { parts: joined(parts), complete };
}

/** Neighbours of one kind as one. */
function joined(parts: readonly InlinePart[]): InlinePart[] {
  const out: InlinePart[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last?.kind === part.kind) out[out.length - 1] = { text: last.text + part.text, kind: part.kind };
    else out.push(part);
  }
  return out;
}
