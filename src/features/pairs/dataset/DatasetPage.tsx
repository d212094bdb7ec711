// One dataset: its facets at the left, its pairs in the middle, the pair under the lens at the right; or, with a row in
// the address, that pair alone to be read and edited.
import { useEffect } from 'react';
import { Button } from '../../../components/Button';
import { t } from '../../../components/text';
import type { Row } from '../../../storage/pairs/protocol';
import { lookAt, openView } from '../../../stores/datasetView';
import { redo, undo } from '../../../stores/datasetChanges';
import { useDataView, useExperiment } from '../../../stores/hooks';
import { isUnfinished } from '../../../stores/pairDraft';
import { wantTokenizer } from '../../../stores/tokenizer';
import { goTo, listLink, pairLink } from '../links';
import { PairPage } from '../pair/PairPage';
import { ActionBar } from './ActionBar';
import { DatasetHead } from './DatasetHead';
import { FacetPanel } from './FacetPanel';
import { Lens } from './Lens';
import { PairTable } from './PairTable';
import { SearchBar } from './SearchBar';
import styles from './dataset.module.css';

/** Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) take back and do again, also from within a field: what is typed is stored as it is typed. */
function useUndoKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
      const key = event.key.toLowerCase();
      // Other fields, such as the search, have a history of their own.
      const field = event.target instanceof Element ? event.target.closest('input, textarea') : null;
      if (field !== null && field.closest('[data-stored]') === null) return;
      // So has what cannot be stored yet: it is no step of the dataset's.
      if (field !== null && isUnfinished()) return;
      if (key === 'z' && !event.shiftKey) void undo();
      else if (key === 'y' || (key === 'z' && event.shiftKey)) void redo();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

export function DatasetPage({ name, row }: { readonly name: string; readonly row: Row | 'new' | undefined }) {
  const dataset = useDataView((state) => state.dataset);
  const problem = useDataView((state) => state.problem);
  const model = useExperiment((state) => state.recipe.model);
  useEffect(() => void openView(name), [name]);
  useEffect(() => void wantTokenizer(model), [model]);
  // Undoing an import takes the whole dataset away.
  const gone = dataset?.info.deletedAt !== undefined;
  useEffect(() => {
    if (gone) goTo(listLink);
  }, [gone]);
  useUndoKeys();
  const open = (to: Row): void => {
    lookAt(to);
    goTo(pairLink(name, to));
  };
  if (problem !== undefined) {
    return (
      <div className={styles.problem} role="alert">
        <p>{t(problem.template, problem.values)}</p>
        <Button onPress={() => goTo(listLink)}>{t('All datasets')}</Button>
      </div>
    );
  }
  if (dataset === undefined) return <p className={styles.problem}>{t('Opening the dataset …')}</p>;
  if (row !== undefined) return <PairPage name={name} row={row} />;
  return (
    <div className={styles.page}>
      <DatasetHead name={name} />
      <section className={styles.facets} aria-label={t('Filter')}>
        <FacetPanel />
      </section>
      <section className={styles.list} aria-label={t('Pairs')}>
        <SearchBar />
        <PairTable onOpen={open} />
        <ActionBar />
      </section>
      <section className={styles.side} aria-label={t('Pair')}>
        <Lens onOpen={open} />
      </section>
    </div>
  );
}
