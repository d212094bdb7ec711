// The table of a dataset's pairs: only the rows in sight exist, and their pairs are fetched as they come. One stop of the
// tab key; arrows move, space selects, enter opens.
import { useEffect, useEffectEvent, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useRem } from '../../../components/chart/useRem';
import { t } from '../../../components/text';
import { useLongList } from '../../../components/useLongList';
import type { Column, Row, StoredRow } from '../../../storage/pairs/protocol';
import { selectAll, selectBetween, selectNone, isSelected, lookAt, sortBy, toggleRow, wantRows } from '../../../stores/datasetView';
import { removePairs } from '../../../stores/datasetChanges';
import { useDataView } from '../../../stores/hooks';
import { columnName, formatCount, formatValue, splitName } from '../words';
import { excerptOf } from './excerpt';
import styles from './table.module.css';

/** Heights in rem; the style sheet has the same. */
const ROW = 3.25;
const HEAD = 1.875;

interface NumberColumn {
  readonly column: Column;
  readonly label: () => string;
}

/** Columns of numbers, the narrower the window the fewer. */
const numbers: readonly NumberColumn[] = [
  { column: 'chosenLength', label: () => t('Chosen') },
  { column: 'rejectedLength', label: () => t('Rejected') },
  { column: 'levenshtein', label: () => t('Edits') },
  { column: 'wordJaccard', label: () => t('Jaccard') },
];

/** Those that are shown: what the list is sorted by stands in the last one, which is there in every window. */
function useNumberColumns(): readonly NumberColumn[] {
  const by = useDataView((state) => state.sort.by);
  const columns = useDataView((state) => state.dataset?.columns);
  return useMemo(() => {
    if (numbers.some(({ column }) => column === by)) return numbers;
    const sorted = columns?.find(({ column }) => column === by);
    return sorted === undefined ? numbers : [...numbers.slice(0, -1), { column: sorted.column, label: () => columnName(sorted.column, columns) }];
  }, [by, columns]);
}

function HeadCell({ by, label, title }: { readonly by: Column | 'row'; readonly label: string; readonly title: string }) {
  const sort = useDataView((state) => state.sort);
  const sorted = sort.by === by;
  const descending = sort.descending === true;
  return (
    <div role="columnheader" className={styles.headCell} data-column={by} aria-sort={sorted ? (descending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" title={title} onClick={() => sortBy({ by, descending: sorted ? !descending : by !== 'row' && by !== 'levenshtein' })}>
        <span className={styles.label}>{label}</span>
        <span aria-hidden="true" className={styles.arrow}>
          {sorted ? (descending ? '↓' : '↑') : ''}
        </span>
      </button>
    </div>
  );
}

function PairCells({ stored, columns }: { readonly stored: StoredRow; readonly columns: readonly NumberColumn[] }) {
  const { pair, values } = stored;
  const { before, chosen, rejected } = excerptOf(pair.chosen, pair.rejected);
  return (
    <>
      <div role="gridcell" className={styles.texts}>
        <div className={styles.prompt}>
          <span className={styles.promptText}>{pair.prompt.slice(0, 300)}</span>
          {pair.tags?.slice(0, 4).map((tag) => (
            <span key={tag} className={styles.tag}>
              {tag}
            </span>
          ))}
          {pair.split === 'heldOut' && <span className={styles.split}>{splitName('heldOut')}</span>}
        </div>
        <div className={styles.excerpt}>
          <span className={styles.chosen}>
            {before}
            <ins>{chosen}</ins>
          </span>
          <span className={styles.rejected}>
            <del>{rejected}</del>
          </span>
        </div>
      </div>
      {columns.map(({ column }) => (
        <div key={column} role="gridcell" className={styles.number} data-column={column}>
          {formatValue(column, values[column])}
        </div>
      ))}
    </>
  );
}

export function PairTable({ onOpen }: { readonly onOpen: (row: Row) => void }) {
  const rows = useDataView((state) => state.rows);
  const loaded = useDataView((state) => state.loaded);
  const selected = useDataView((state) => state.selected);
  const current = useDataView((state) => state.current);
  const busy = useDataView((state) => state.busy);
  const readOnly = useDataView((state) => state.readOnly);
  const name = useDataView((state) => state.dataset?.info.name ?? '');
  const allColumns = useDataView((state) => state.dataset?.columns);
  const columns = useNumberColumns();
  const scroller = useRef<HTMLDivElement>(null);
  const rem = useRem();
  const list = useLongList(scroller, rows.length, ROW * rem, HEAD * rem);
  // Where a stretch that the shift key selects begins.
  const [anchor, setAnchor] = useState(0);

  const first = list.items[0]?.index ?? 0;
  const last = list.items.at(-1)?.index ?? -1;
  useEffect(() => {
    // A moment later, so that rows that only fly past are not fetched.
    const timer = setTimeout(() => wantRows(Array.from(rows.subarray(first, last + 1))), 40);
    return () => clearTimeout(timer);
  }, [rows, first, last]);

  const place = current === undefined ? -1 : rows.indexOf(current);
  // Back from a pair, the list is where one left it.
  const reveal = useEffectEvent(() => {
    if (place < 0) return;
    list.reveal(place);
    scroller.current?.focus({ preventScroll: true });
  });
  useEffect(() => reveal(), []);
  const moveTo = (to: number, extend: boolean): void => {
    if (rows.length === 0) return;
    const at = Math.min(rows.length - 1, Math.max(0, to));
    if (extend) selectBetween(place < 0 ? at : place, at);
    else setAnchor(at);
    lookAt(rows[at]);
    list.reveal(at);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const control = event.ctrlKey || event.metaKey;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: place + 1, ArrowUp: Math.max(0, place - 1), PageDown: place + list.page, PageUp: place - list.page, Home: 0, End: rows.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined && !control && !event.altKey) moveTo(to, event.shiftKey);
    else if (event.key === ' ' && current !== undefined) toggleRow(current);
    else if (event.key === 'Enter' && current !== undefined) onOpen(current);
    else if (event.key === 'a' && control) selectAll();
    else if (event.key === 'Escape') selectNone();
    else if ((event.key === 'Delete' || event.key === 'Backspace') && current !== undefined && !readOnly && !event.repeat) {
      const next = rows[place + 1] ?? rows[place - 1];
      void removePairs(selected.all || selected.rows.size > 0 ? undefined : [current]).then(() => lookAt(next));
    } else return;
    event.preventDefault();
  };
  const onRow = (event: MouseEvent, index: number): void => {
    const row = rows[index]!;
    if (event.shiftKey) selectBetween(anchor, index);
    else if (event.ctrlKey || event.metaKey) toggleRow(row);
    else setAnchor(index);
    lookAt(row);
  };

  return (
    <div
      ref={scroller}
      className={styles.grid}
      role="grid"
      tabIndex={0}
      aria-label={t('Pairs of “{name}”', { name })}
      aria-multiselectable="true"
      aria-rowcount={rows.length + 1}
      aria-busy={busy}
      {...(place >= first && place <= last && current !== undefined ? { 'aria-activedescendant': `pair-${current}` } : {})}
      onKeyDown={onKey}
    >
      <div role="row" aria-rowindex={1} className={styles.head}>
        <div role="columnheader" className={styles.tick}>
          <span className="visually-hidden">{t('Selected')}</span>
        </div>
        <HeadCell by="row" label={t('Prompt, and where the sides part')} title={t('In the dataset’s own order')} />
        {columns.map(({ column, label }) => (
          <HeadCell key={column} by={column} label={label()} title={columnName(column, allColumns)} />
        ))}
      </div>
      <div role="rowgroup" className={styles.body} style={{ height: list.height }}>
        {list.items.map(({ index, top }) => {
          const row = rows[index]!;
          const stored = loaded.get(row);
          const ticked = isSelected(selected, row);
          return (
            <div
              key={row}
              id={`pair-${row}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={ticked}
              className={styles.row}
              style={{ transform: `translateY(${top}px)` }}
              {...(row === current ? { 'data-current': '' } : {})}
              onClick={(event) => onRow(event, index)}
              onDoubleClick={() => onOpen(row)}
            >
              <div
                role="gridcell"
                className={styles.tick}
                onClick={(event) => {
                  event.stopPropagation();
                  if (event.shiftKey) selectBetween(anchor, index);
                  else toggleRow(row);
                  setAnchor(index);
                }}
              >
                <span className={styles.box} {...(ticked ? { 'data-ticked': '' } : {})}>
                  {ticked && (
                    <svg viewBox="0 0 10 10" aria-hidden="true">
                      <path d="M1.5 5 4 7.5 8.5 2.5" />
                    </svg>
                  )}
                  <span className="visually-hidden">{ticked ? t('selected') : t('not selected')}</span>
                </span>
              </div>
              {stored === undefined ? (
                <div role="gridcell" className={styles.waiting}>
                  {formatCount(index + 1)}
                </div>
              ) : (
                <PairCells stored={stored} columns={columns} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
