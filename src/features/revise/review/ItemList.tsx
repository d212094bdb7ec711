// The items of a job that pass the list's filter, as a list box: arrows move, and only what is in sight is drawn.
import { useEffect, useEffectEvent, useRef, type KeyboardEvent } from 'react';
import { useRem } from '../../../components/chart/useRem';
import { t } from '../../../components/text';
import { itemBeside, type ReviewItem } from '../../../stores/reviewing';
import { useLongList } from '../../../components/useLongList';
import { flagShort, stateName, winnerShort } from './words';
import styles from './review.module.css';

/** Height in rem; the style sheet has the same. */
const ROW = 2.75;

const marks: Readonly<Record<ReviewItem['state'], string>> = { waiting: '·', review: '○', flagged: '!', failed: '✕', accepted: '✓', edited: '✓', rejected: '–' };

function aboutItem({ state, flags, verdict }: ReviewItem): string {
  const said = verdict?.winner == null ? [] : [winnerShort(verdict.winner)];
  return [stateName(state), ...(state === 'flagged' ? flags.map(flagShort) : said)].join(' · ');
}

export interface ItemListProps {
  readonly items: readonly ReviewItem[];
  readonly current: number | undefined;
  readonly onLook: (id: number) => void;
}

export function ItemList({ items, current, onLook }: ItemListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rem = useRem();
  const list = useLongList(scroller, items.length, ROW * rem, 0);
  const place = items.findIndex(({ id }) => id === current);
  const { reveal } = list;
  // Only when another item is looked at: scrolling by hand is left alone.
  const show = useEffectEvent(() => {
    if (place >= 0) reveal(place);
  });
  useEffect(() => show(), [place]);
  const onKey = (event: KeyboardEvent): void => {
    const by: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: list.page, PageUp: -list.page, Home: -items.length, End: items.length };
    const step = by[event.key];
    const to = step === undefined ? undefined : itemBeside(items, current, step);
    if (to === undefined) return;
    event.preventDefault();
    onLook(to);
  };
  const shown = list.items.some(({ index }) => index === place);
  return (
    <div
      ref={scroller}
      className={styles.list}
      role="listbox"
      tabIndex={0}
      aria-label={t('Revisions')}
      onKeyDown={onKey}
      {...(shown && { 'aria-activedescendant': `item-${place}` })}
    >
      <div style={{ height: list.height }} role="presentation">
        {list.items.map(({ index, top }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <div
              key={item.id}
              id={`item-${index}`}
              role="option"
              aria-selected={index === place}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              className={styles.item}
              data-state={item.state}
              style={{ transform: `translateY(${top}px)` }}
              onClick={() => onLook(item.id)}
            >
              <span className={styles.mark} aria-hidden="true">
                {marks[item.state]}
              </span>
              <span className={styles.itemText}>{item.pair.prompt.slice(0, 200)}</span>
              <span className={styles.itemState}>{aboutItem(item)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
