// One side of a pair with what the other side lacks marked: solid under the chosen side's words, dashed under the
// rejected side's, as lines are in the charts. Text is only ever a text node.
import type { DiffPart } from './wordDiff';
import styles from './diff.module.css';

/** Characters that are drawn; a text of megabytes would hold the page up and nobody reads it. */
export const MOST_SHOWN = 20_000;

export interface DiffTextProps {
  readonly parts: readonly DiffPart[];
  readonly side: 'chosen' | 'rejected';
}

/** The parts as far as so many characters go. */
function upTo(parts: readonly DiffPart[], most: number): DiffPart[] {
  const out: DiffPart[] = [];
  let left = most;
  for (const part of parts) {
    if (left <= 0) break;
    out.push(part.text.length > left ? { ...part, text: part.text.slice(0, left) } : part);
    left -= part.text.length;
  }
  return out;
}

export function DiffText({ parts, side }: DiffTextProps) {
  const shown = upTo(parts, MOST_SHOWN);
  const Mark = side === 'chosen' ? 'ins' : 'del';
  return (
    <>
      {shown.map(({ text, shared }, i) =>
        shared ? (
          <span key={i}>{text}</span>
        ) : (
          <Mark key={i} className={styles.mark} data-side={side}>
            {text}
          </Mark>
        ),
      )}
    </>
  );
}
