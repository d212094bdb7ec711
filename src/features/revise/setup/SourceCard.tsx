// Which pairs are to be revised or judged: a dataset, what passes its filter, or one pair alone.
import { Segments } from '../../../components/Check';
import { Button } from '../../../components/Button';
import { NumberInput } from '../../../components/NumberInput';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { shippedDatasets } from '../../../lab/assets';
import { makesWorse } from '../../../reviser/revise';
import { useDatasets } from '../../../stores/hooks';
import { useReviseSetup } from '../../../stores/reviseHooks';
import { changeSetup, chooseDataset, presetOf } from '../../../stores/reviseSetup';
import { shippedTitle } from '../../../components/shippedTitle';
import styles from './setup.module.css';

function ScopeNote() {
  const scope = useReviseSetup((state) => state.scope);
  if (scope.kind === 'all') return null;
  return (
    <p className={styles.scope}>
      {scope.kind === 'pair'
        ? t('One pair of it, number {number}.', { number: scope.row + 1 })
        : t('{count, plural, one {# pair} other {# pairs}} of it that pass the filter.', { count: scope.count })}{' '}
      <Button kind="quiet" onPress={() => changeSetup({ scope: { kind: 'all' } })}>
        {t('Take all pairs')}
      </Button>
    </p>
  );
}

export function SourceCard() {
  const setup = useReviseSetup((state) => state);
  const { dataset, job, most, scope } = setup;
  const own = useDatasets((state) => state.datasets);
  const options = [
    ...own.map(({ id, name, pairs }) => ({ id, name, description: t('{count, plural, one {# pair} other {# pairs}}', { count: pairs }) })),
    ...shippedDatasets.map((id) => ({ id: id as string, name: shippedTitle(id), description: t('ships with the lab') })),
  ];
  return (
    <section className={styles.card} aria-labelledby="revise-source">
      <h3 id="revise-source">{t('What')}</h3>
      <Segments
        label={t('What is done')}
        value={job}
        onChange={(next) => changeSetup({ job: next })}
        options={[
          { id: 'revise', name: t('Revise losers') },
          { id: 'judge', name: t('Judge both sides') },
        ]}
      />
      <p className={styles.note}>
        {job === 'revise' && makesWorse(presetOf(setup))
          ? t('The chosen side of each pair is spoiled as little as possible; what comes of it becomes the rejected side.')
          : job === 'revise'
            ? t('The rejected side of each pair is revised as little as possible; the revision becomes the chosen side.')
            : t('Both sides are put to a judge, once in each order; what it prefers becomes the chosen side.')}
      </p>
      <Select label={t('Dataset')} options={options} value={dataset} onChange={(id) => chooseDataset(id)} />
      <ScopeNote />
      {scope.kind !== 'pair' && <NumberInput inline label={t('Pairs at most')} value={most} min={1} whole step={10} onChange={(next) => changeSetup({ most: next })} />}
    </section>
  );
}
