// The losses that are kept in this browser: each can be looked at again on either side, renamed and deleted.
import { memo, useEffect, useState } from 'react';
import { MenuButton } from '../../components/Menu';
import { t } from '../../components/text';
import { TextInput } from '../../components/TextInput';
import { useKeptLosses, useTheory } from '../../stores/hooks';
import { report } from '../../stores/notices';
import { deleteKept, listLosses, loadKept, renameKept, type KeptLoss } from '../../stores/theoryLosses';
import styles from './theory.module.css';

export const KeptLosses = memo(function KeptLosses() {
  const losses = useKeptLosses((state) => state.losses);
  useEffect(() => {
    const list = (): void => {
      if (document.visibilityState === 'visible') listLosses().catch(report);
    };
    list();
    document.addEventListener('visibilitychange', list);
    return () => document.removeEventListener('visibilitychange', list);
  }, []);
  return (
    <section className={styles.card} aria-label={t('Kept losses')}>
      <h2>{t('Kept losses')}</h2>
      {losses.length === 0 ? (
        <p className={styles.note}>{t('What you keep stays here, in this browser alone.')}</p>
      ) : (
        <ul className={styles.kept}>
          {losses.map((loss) => <Kept key={loss.id} loss={loss} />)}
        </ul>
      )}
    </section>
  );
});

function Kept({ loss }: { readonly loss: KeptLoss }) {
  const single = useTheory((state) => state.view === 'one');
  const [naming, setNaming] = useState<string>();
  const rename = (): void => {
    if (naming === undefined) return;
    setNaming(undefined);
    if (naming.trim() !== loss.name) renameKept(loss.id, naming).catch(report);
  };
  return (
    <li>
      <div>
        {naming === undefined ? (
          <button type="button" className={styles.keptName} title={t('Look at it')} onClick={() => loadKept(loss, 0)}>
            {loss.name}
          </button>
        ) : (
          <TextInput hideLabel autoFocus label={t('Name of the loss')} value={naming} onChange={setNaming} onSubmit={rename} onBlur={rename} />
        )}
        <p className={styles.formula}>{loss.text}</p>
      </div>
      <MenuButton
        label={t('Actions for “{name}”', { name: loss.name })}
        items={[
          { id: 'first', name: single ? t('Look at it') : t('As the first loss') },
          ...(single ? [] : [{ id: 'second', name: t('As the second loss') }]),
          { id: 'rename', name: t('Rename') },
          { id: 'delete', name: t('Delete') },
        ]}
        plain
        onAction={(id) => {
          if (id === 'first') loadKept(loss, 0);
          else if (id === 'second') loadKept(loss, 1);
          else if (id === 'rename') setNaming(loss.name);
          else deleteKept(loss).catch(report);
        }}
      >
        ⋯
      </MenuButton>
    </li>
  );
}
