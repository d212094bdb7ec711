// Small signs before a word that says the same: how far a finding holds, and whether a call was right. Shapes, not colours.
import styles from './paper.module.css';

export type Sign = 'full' | 'half' | 'empty' | 'dash' | 'tick' | 'cross';

export function Mark({ sign }: { readonly sign: Sign }) {
  return (
    <svg className={styles.mark} viewBox="0 0 12 12" aria-hidden="true">
      {(sign === 'full' || sign === 'half' || sign === 'empty') && <circle cx="6" cy="6" r="4.5" />}
      {sign === 'full' && <circle cx="6" cy="6" r="4.5" data-filled="" />}
      {sign === 'half' && <path d="M6 1.5A4.5 4.5 0 0 1 6 10.5Z" data-filled="" />}
      {sign === 'dash' && <path d="M2 6H10" />}
      {sign === 'tick' && <path d="M2 6.5 5 9.5 10 2.5" />}
      {sign === 'cross' && <path d="M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5" />}
    </svg>
  );
}
