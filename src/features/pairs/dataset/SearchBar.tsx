// Over the table: the search, the order, a random sample, and how many pairs pass.
import { useEffect, useRef, useState } from 'react';
import { Dialog as AriaDialog, DialogTrigger, Popover } from 'react-aria-components';
import { Button } from '../../../components/Button';
import controls from '../../../components/controls.module.css';
import { CloseIcon } from '../../../components/icons';
import { SearchInput } from '../../../components/SearchInput';
import { NumberInput } from '../../../components/NumberInput';
import { Progress } from '../../../components/Progress';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import type { Sort } from '../../../storage/pairs/protocol';
import { changeFilter, isFiltered, sortBy, takeSample } from '../../../stores/datasetView';
import { useDataView } from '../../../stores/hooks';
import { columnName, formatCount } from '../words';
import { Measuring } from './MeasureDialog';
import styles from './dataset.module.css';

/** Typing is let settle before it is searched for. */
const SETTLE_MS = 180;

function Search() {
  const text = useDataView((state) => state.filter.text ?? '');
  const [draft, setDraft] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const search = (wanted: string): void => {
    clearTimeout(timer.current);
    setDraft(null);
    changeFilter({ text: wanted.trim() === '' ? undefined : wanted });
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <SearchInput
      label={t('Search in prompts, both sides and rationales')}
      value={draft ?? text}
      onChange={(next) => {
        setDraft(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => search(next), SETTLE_MS);
      }}
      onSubmit={() => search(draft ?? text)}
    />
  );
}

function Order() {
  const dataset = useDataView((state) => state.dataset!);
  const sort = useDataView((state) => state.sort);
  const options: { id: Sort['by']; name: string }[] = [
    { id: 'row', name: t('Dataset’s order') },
    ...dataset.columns.map(({ column }) => ({ id: column, name: columnName(column, dataset.columns) })),
    { id: 'split', name: t('Split') },
    { id: 'source', name: t('Source') },
  ];
  return (
    <div className={styles.order}>
      <Select hideLabel label={t('Sort by')} options={options} value={sort.by} onChange={(by) => sortBy({ ...sort, by })} />
      <Button
        kind="quiet"
        aria-label={sort.descending === true ? t('Highest first') : t('Lowest first')}
        onPress={() => sortBy({ ...sort, descending: sort.descending !== true })}
      >
        {sort.descending === true ? '↓' : '↑'}
      </Button>
    </div>
  );
}

function Sampling() {
  const sample = useDataView((state) => state.sample);
  const [size, setSize] = useState(100);
  const [seed, setSeed] = useState(1);
  return (
    <DialogTrigger>
      <Button kind="quiet" {...(sample ? { 'data-on': '' } : {})}>
        {sample === undefined ? t('Sample …') : t('Sample of {size}, seed {seed}', { size: formatCount(sample.size), seed: sample.seed })}
      </Button>
      <Popover className={controls.popover!} offset={2}>
        <AriaDialog className={styles.popover!} aria-label={t('Random sample')}>
          {({ close }) => (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                takeSample({ size, seed });
                close();
              }}
            >
              <p className={styles.note}>{t('So many of the pairs that pass, each equally likely; the same for the same seed.')}</p>
              <NumberInput inline label={t('Pairs')} value={size} min={1} max={1_000_000} whole step={10} onChange={setSize} />
              <NumberInput inline label={t('Seed')} value={seed} min={0} max={2 ** 31} whole step={1} onChange={setSeed} />
              <div className={styles.popoverButtons}>
                {sample !== undefined && (
                  <Button
                    onPress={() => {
                      takeSample(undefined);
                      close();
                    }}
                  >
                    {t('Show all')}
                  </Button>
                )}
                <Button kind="primary" type="submit">
                  {t('Take the sample')}
                </Button>
              </div>
            </form>
          )}
        </AriaDialog>
      </Popover>
    </DialogTrigger>
  );
}

/** A part of the filter that no facet shows. */
function Chip({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) {
  return (
    <span className={styles.chip}>
      {text}
      <Button kind="quiet" aria-label={t('Remove “{name}”', { name: text })} onPress={onRemove}>
        <CloseIcon />
      </Button>
    </span>
  );
}

export function SearchBar() {
  const filter = useDataView((state) => state.filter);
  const count = useDataView((state) => state.rows.length);
  const total = useDataView((state) => state.dataset!.info.pairs);
  const filtered = useDataView(isFiltered);
  const complete = useDataView((state) => state.complete);
  const searched = useDataView((state) => state.searched);
  return (
    <div className={styles.search}>
      <Search />
      <div className={styles.searchTools}>
        <span className={styles.passing} role="status">
          {filtered
            ? t('{count} of {total}', { count: formatCount(count), total: formatCount(total) })
            : t('{count, plural, one {# pair} other {# pairs}}', { count })}
          {!complete && ` ${t('so far')}`}
        </span>
        <Sampling />
        <Order />
      </div>
      {(filter.samePromptAs !== undefined || filter.ids !== undefined || filter.rows !== undefined) && (
        <div className={styles.chips}>
          {filter.samePromptAs !== undefined && <Chip text={t('Same prompt')} onRemove={() => changeFilter({ samePromptAs: undefined })} />}
          {filter.ids !== undefined && <Chip text={t('Named by a chart')} onRemove={() => changeFilter({ ids: undefined })} />}
          {filter.rows !== undefined && <Chip text={t('These rows')} onRemove={() => changeFilter({ rows: undefined })} />}
        </div>
      )}
      <Measuring />
      {!complete && <Progress label={t('Searching')} value={searched} max={1} />}
    </div>
  );
}
