// A text and what became of it, as one: taken-away words struck through and dashed under, new ones solid under, as sides
// are everywhere. Text is only ever a text node.
import { useMemo } from 'react';
import { MOST_SHOWN } from './DiffText';
import { inlineDiff } from './inlineDiff';
import styles from './diff.module.css';

export function InlineDiffText({ before, after }: { readonly before: string; readonly after: string }) {
  const { parts } = useMemo(() => inlineDiff(before, after), [before, after]);
  let left = MOST_SHOWN;
  return (
    <>
      {parts.map(({ text, kind }, i) => {
        const shown = text.slice(0, Math.max(0, left));
        left -= text.length;
        if (shown === '') return null;
        if (kind === 'same') return <span key={i}>{shown}</span>;
        const Mark = kind === 'added' ? 'ins' : 'del';
        return (
          <Mark key={i} className={styles.mark} data-side={kind === 'added' ? 'chosen' : 'rejected'} {...(kind === 'removed' && { 'data-struck': '' })}>
            {shown}
          </Mark>
        );
      })}
    </>
  );
}
