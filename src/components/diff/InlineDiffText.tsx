// A text and what became of it, as one: taken-away words struck through and dashed under, new ones solid under, as sides
// are everywhere. Text is only ever a text node.
import { useMemo } from 'react';
import { MOST_SHOWN } from './DiffText';
import { inlineDiff, type InlinePart } from './inlineDiff';
import styles from './diff.module.css';

/** The parts as far as so many characters go. */
function upTo(parts: readonly InlinePart[], most: number): InlinePart[] {
  const out: InlinePart[] = [];
  let left = most;
  for (const part of parts) {
    if (left <= 0) break;
    out.push({ ...part, text: part.text.slice(0, left) });
    left -= part.text.length;
  }
  return out;
}

export function InlineDiffText({ before, after }: { readonly before: string; readonly after: string }) {
  const parts = useMemo(() => upTo(inlineDiff(before, after).parts, MOST_SHOWN), [before, after]);
  return (
    <>
      {parts.map(({ text, kind }, i) => {
        if (kind === 'same') return <span key={i}>{text}</span>;
        const Mark = kind === 'added' ? 'ins' : 'del';
        return (
          <Mark key={i} className={styles.mark} data-side={kind === 'added' ? 'chosen' : 'rejected'} {...(kind === 'removed' && { 'data-struck': '' })}>
            {text}
          </Mark>
        );
      })}
    </>
  );
}
