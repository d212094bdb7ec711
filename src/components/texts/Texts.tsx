// Texts of others as they are, cut off where nobody reads on, and the turns before a prompt. Only ever text nodes. Used
// wherever pairs and revisions are read.
import { useState } from 'react';
import type { Turn } from '../../preferences/pair';
import { MOST_SHOWN } from '../diff/DiffText';
import { formatCount } from '../format';
import { t } from '../text';
import styles from './texts.module.css';

export function roleName(role: Turn['role']): string {
  switch (role) {
    case 'system':
      return t('System');
    case 'user':
      return t('User');
    case 'assistant':
      return t('Assistant');
  }
}

/** Text of any length, cut off where nobody reads on. */
export function LongText({ text, most = MOST_SHOWN }: { readonly text: string; readonly most?: number }) {
  const [whole, setWhole] = useState(false);
  if (text.length <= most || (whole && text.length <= 10 * MOST_SHOWN)) return <>{text}</>;
  return (
    <>
      {text.slice(0, whole ? 10 * MOST_SHOWN : most)}
      {'… '}
      {!whole && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          {t('{count} more characters', { count: formatCount(text.length - most) })}
        </button>
      )}
    </>
  );
}

export function History({ history }: { readonly history: readonly Turn[] }) {
  return (
    <ol className={styles.history} aria-label={t('Earlier turns')}>
      {history.map(({ role, content }, i) => (
        <li key={i} data-role={role}>
          <span className={styles.role}>{roleName(role)}</span>
          <span className={styles.text}>
            <LongText text={content} most={600} />
          </span>
        </li>
      ))}
    </ol>
  );
}
