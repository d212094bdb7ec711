// What stands before the prompt: a system message and earlier turns, each to be written, moved out or taken away.
import { Button } from '../../../components/Button';
import { CloseIcon, PlusIcon } from '../../../components/icons';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import type { Turn } from '../../../preferences/pair';
import { editDraft } from '../../../stores/pairDraft';
import { History, roleName } from './PairSides';
import { StoredText } from './StoredText';
import styles from './page.module.css';

/** Whose turn comes after the last one. */
function nextRole(history: readonly Turn[]): Turn['role'] {
  return history.at(-1)?.role === 'user' ? 'assistant' : 'user';
}

export function Conversation({ history, readOnly }: { readonly history: readonly Turn[]; readonly readOnly: boolean }) {
  if (readOnly) return history.length === 0 ? null : <History history={history} />;
  const change = (index: number, turn: Partial<Turn>): void =>
    editDraft({ history: history.map((one, i) => (i === index ? { ...one, ...turn } : one)) });
  return (
    <div className={styles.conversation}>
      {history.map(({ role, content }, i) => (
        <div key={i} className={styles.turn} role="group" aria-label={t('Turn {number}', { number: i + 1 })}>
          <div className={styles.role}>
            <Select
              hideLabel
              label={t('Who speaks')}
              value={role}
              options={(['system', 'user', 'assistant'] as const).map((id) => ({ id, name: roleName(id) }))}
              onChange={(next) => change(i, { role: next })}
            />
          </div>
          <StoredText label={t('What was said')} value={content} readOnly={false} onChange={(text) => change(i, { content: text })} />
          <Button
            kind="quiet"
            aria-label={t('Take turn {number} away', { number: i + 1 })}
            onPress={() => editDraft({ history: history.filter((_, other) => other !== i) })}
          >
            <CloseIcon />
          </Button>
        </div>
      ))}
      <div className={styles.turnButtons}>
        {history[0]?.role !== 'system' && (
          <Button kind="quiet" onPress={() => editDraft({ history: [{ role: 'system', content: '' }, ...history] })}>
            <PlusIcon /> {t('System message')}
          </Button>
        )}
        <Button kind="quiet" onPress={() => editDraft({ history: [...history, { role: nextRole(history), content: '' }] })}>
          <PlusIcon /> {t('Earlier turn')}
        </Button>
        {history.length > 0 && <span className={styles.note}>{t('The lab’s model reads the prompt alone; earlier turns are kept for export.')}</span>}
      </div>
    </div>
  );
}
