// The facets of a dataset: how its pairs are spread by each measure and label, and the filter that brushing them makes.
import { useState, type ReactNode } from 'react';
import { Button } from '../../../components/Button';
import { Check } from '../../../components/Check';
import { Histogram } from '../../../components/histogram/Histogram';
import { t } from '../../../components/text';
import { flags, type Flag } from '../../../storage/pairs/filter';
import type { Column, Facets } from '../../../storage/pairs/protocol';
import { splitRuleOf } from '../../../storage/pairs/splitRule';
import type { PairSource, Split } from '../../../preferences/pair';
import { changeFilter, clearFilter, isFiltered } from '../../../stores/datasetView';
import { useDataView } from '../../../stores/hooks';
import { columnName, flagName, formatCount, formatValue, sourceName, splitName } from '../words';
import { Likeness } from './Likeness';
import styles from './facets.module.css';

/** Tags shown before somebody asks for all. */
const FEW = 12;

interface ChoicesProps {
  readonly title: string;
  readonly options: readonly { readonly id: string; readonly name: string; readonly count: number }[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: string[]) => void;
  readonly children?: ReactNode;
}

function Choices({ title, options, chosen, onChange, children }: ChoicesProps) {
  return (
    <div role="group" aria-label={title} className={styles.choices}>
      <h3>{title}</h3>
      {options.map(({ id, name, count }) => (
        <div key={id} className={styles.choice}>
          <Check isSelected={chosen.includes(id)} onChange={(on) => onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id))}>
            <span className={styles.choiceName}>{name}</span>
          </Check>
          <span className={styles.count}>{formatCount(count)}</span>
        </div>
      ))}
      {children}
    </div>
  );
}

function Labels({ facets }: { readonly facets: Facets }) {
  const filter = useDataView((state) => state.filter);
  const tags = useDataView((state) => state.dataset?.tags ?? []);
  const provenance = useDataView((state) => state.dataset?.info.provenance);
  const rule = splitRuleOf(provenance ?? {});
  const [all, setAll] = useState(false);
  const sources = Object.entries(facets.sources) as [PairSource, number][];
  const wanted = filter.tags?.any ?? [];
  const counts = new Map(facets.tags.map(({ tag, count }) => [tag, count]));
  const byCount = [...tags].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  const shown = byCount.filter((tag, i) => all || i < FEW || wanted.includes(tag));
  const known = flags.filter((flag) => facets.flags[flag] !== undefined && (facets.flags[flag]! > 0 || filter.flags?.[flag] !== undefined));
  return (
    <>
      <Choices
        title={t('Split')}
        options={(['train', 'heldOut'] as const).map((id) => ({ id, name: splitName(id), count: facets.splits[id] }))}
        chosen={filter.splits ?? []}
        onChange={(ids) => changeFilter({ splits: ids.length === 0 ? undefined : (ids as Split[]) })}
      >
        {rule !== undefined && (
          <p className={styles.note}>
            {t('Split by prompt when it was last made: {percent} % held out, seed {seed}.', { percent: Math.round(rule.heldOutShare * 1000) / 10, seed: rule.seed })}
          </p>
        )}
      </Choices>
      {(sources.length > 1 || filter.sources !== undefined) && (
        <Choices
          title={t('Source')}
          options={sources.map(([id, count]) => ({ id, name: sourceName(id), count }))}
          chosen={filter.sources ?? []}
          onChange={(ids) => changeFilter({ sources: ids.length === 0 ? undefined : (ids as PairSource[]) })}
        />
      )}
      {tags.length > 0 && (
        <Choices
          title={t('Tags, any of')}
          options={shown.map((tag) => ({ id: tag, name: tag, count: counts.get(tag) ?? 0 }))}
          chosen={wanted}
          onChange={(any) => changeFilter({ tags: any.length === 0 ? undefined : { ...filter.tags, any } })}
        >
          {tags.length > shown.length && (
            <Button kind="quiet" onPress={() => setAll(true)}>
              {t('All {count} tags', { count: tags.length })}
            </Button>
          )}
        </Choices>
      )}
      <Choices
        title={t('To look at')}
        options={known.map((flag) => ({ id: flag, name: flagName(flag), count: facets.flags[flag]! }))}
        chosen={known.filter((flag) => filter.flags?.[flag] === true)}
        onChange={(on) => changeFilter({ flags: on.length === 0 ? undefined : (Object.fromEntries(on.map((flag) => [flag, true])) as Record<Flag, true>) })}
      >
        {facets.flags.sharedPrompt === 0 && <p className={styles.note}>{t('No prompt stands on both sides of the split.')}</p>}
        <Likeness found={facets.flags.nearDuplicate} />
      </Choices>
    </>
  );
}

function Measures({ facets }: { readonly facets: Facets }) {
  const dataset = useDataView((state) => state.dataset);
  const filter = useDataView((state) => state.filter);
  if (dataset === undefined) return null;
  const change = (column: Column, range: { from?: number; below?: number } | undefined): void =>
    changeFilter({ ranges: { ...filter.ranges, [column]: range } });
  return (
    <div className={styles.measures}>
      {dataset.columns.map(({ column, min, max }) => {
        const bars = facets.histograms[column];
        const all = dataset.facets.histograms[column];
        // One value for all pairs is nothing to filter by.
        if (bars === undefined || bars.counts.length < 2) return null;
        return (
          <Histogram
            key={column}
            title={columnName(column, dataset.columns)}
            bars={bars}
            {...(all && { all })}
            ends={[formatValue(column, min), formatValue(column, max)]}
            range={filter.ranges?.[column]}
            onRange={(range) => change(column, range)}
          />
        );
      })}
      <p className={styles.note}>{t('Drag over bars to filter. Bars are as tall as the square root of their count; pale ones are all pairs.')}</p>
    </div>
  );
}

export function FacetPanel() {
  const facets = useDataView((state) => state.facets);
  const filtered = useDataView(isFiltered);
  if (facets === undefined) return <div className={styles.panel} />;
  return (
    <div className={styles.panel}>
      <div className={styles.head}>
        <h2>{t('Filter')}</h2>
        <Button kind="quiet" isDisabled={!filtered} onPress={clearFilter}>
          {t('Show all')}
        </Button>
      </div>
      <Labels facets={facets} />
      <Measures facets={facets} />
    </div>
  );
}
