// The bar over a pair: where one is, the pairs before and after, whether all is stored, and what can be done to the pair.
import { Button } from '../../../components/Button';
import { Check } from '../../../components/Check';
import { RedoIcon, UndoIcon } from '../../../components/icons';
import { goTo, reviseDatasetLink } from '../../../components/links';
import { MenuButton } from '../../../components/Menu';
import { t } from '../../../components/text';
import type { Row } from '../../../storage/pairs/protocol';
import { redo, undo } from '../../../stores/datasetChanges';
import { rowBeside } from '../../../stores/datasetView';
import { useDataView, useDraft } from '../../../stores/hooks';
import { setMinimal } from '../../../stores/pairDraft';
import { datasetLink, listLink } from '../links';
import { datasetTitle, formatCount } from '../words';
import { duplicatePair, removePair, swapPair } from './pairActions';
import styles from './page.module.css';

function Saved() {
  const dirty = useDraft((state) => state.dirty);
  const problem = useDraft((state) => state.problem);
  const row = useDraft((state) => state.row);
  const text = problem !== undefined ? t(problem.template, problem.values) : dirty ? t('Storing …') : row === 'new' ? '' : t('Stored');
  return (
    <span className={styles.saved} role="status" {...(problem ? { 'data-problem': '' } : {})}>
      {text}
    </span>
  );
}

export function PairBar({ name, row, onGo }: { readonly name: string; readonly row: Row | 'new'; readonly onGo: (row: Row | 'new') => void }) {
  const info = useDataView((state) => state.dataset!.info);
  const readOnly = useDataView((state) => state.readOnly);
  const rows = useDataView((state) => state.rows);
  const minimal = useDraft((state) => state.minimal);
  const place = row === 'new' ? -1 : rows.indexOf(row);
  const beside = (by: number): Row | undefined => (place < 0 ? undefined : rowBeside(row as Row, by));
  return (
    <div className={styles.bar}>
      <nav aria-label={t('Where you are')} className={styles.crumbs}>
        <a href={listLink}>{t('Datasets')}</a>
        <span aria-hidden="true">›</span>
        <a href={datasetLink(name)}>{datasetTitle(info)}</a>
        <span aria-hidden="true">›</span>
        <h2>
          {row === 'new'
            ? t('New pair')
            : place < 0
              ? t('Pair')
              : t('Pair {place} of {count}', { place: formatCount(place + 1), count: formatCount(rows.length) })}
        </h2>
      </nav>
      <Button kind="quiet" isDisabled={place <= 0} aria-label={t('Pair before')} aria-keyshortcuts="Alt+ArrowUp" onPress={() => onGo(beside(-1)!)}>
        ↑
      </Button>
      <Button kind="quiet" isDisabled={place < 0 || place >= rows.length - 1} aria-label={t('Pair after')} aria-keyshortcuts="Alt+ArrowDown" onPress={() => onGo(beside(1)!)}>
        ↓
      </Button>
      <div className={styles.tools}>
        {row !== 'new' && (
          <Button aria-description={t('Lets a reviser make the rejected side better, or asks a judge.')} onPress={() => goTo(reviseDatasetLink(name, row))}>
            {t('Revise this pair')}
          </Button>
        )}
        {readOnly ? (
          <span className={styles.note}>{t('Ships with the lab; make a copy to change it.')}</span>
        ) : (
          <>
            <Saved />
            <Button
              kind="quiet"
              isDisabled={info.undo === undefined}
              aria-label={t('Undo: {what}', { what: info.undo === undefined ? t('nothing') : t(info.undo.template, info.undo.values) })}
              onPress={() => void undo()}
            >
              <UndoIcon />
            </Button>
            <Button
              kind="quiet"
              isDisabled={info.redo === undefined}
              aria-label={t('Redo: {what}', { what: info.redo === undefined ? t('nothing') : t(info.redo.template, info.redo.values) })}
              onPress={() => void redo()}
            >
              <RedoIcon />
            </Button>
            <Check isSelected={minimal} onChange={setMinimal}>
              {t('Minimal edit')}
            </Check>
            <Button isDisabled={row === 'new'} aria-keyshortcuts="Alt+X" onPress={() => void swapPair()}>
              {t('Swap sides')}
            </Button>
            <MenuButton
              plain
              label={t('More')}
              items={[
                { id: 'new', name: t('Write another pair') },
                { id: 'duplicate', name: t('Duplicate') },
                { id: 'delete', name: t('Delete') },
              ]}
              onAction={(id) => {
                if (id === 'new') onGo('new');
                else if (id === 'duplicate') void duplicatePair(onGo);
                else void removePair(name, onGo);
              }}
            >
              ⋯
            </MenuButton>
          </>
        )}
      </div>
    </div>
  );
}
