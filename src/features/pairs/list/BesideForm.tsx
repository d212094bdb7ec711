// Two datasets to be laid side by side.
import { useState } from 'react';
import { Button } from '../../../components/Button';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { shippedDatasets } from '../../../lab/assets';
import { useDatasets } from '../../../stores/hooks';
import { besideLink, goTo } from '../links';
import { shippedTitle } from '../words';
import styles from './list.module.css';

export function BesideForm() {
  const datasets = useDatasets((state) => state.datasets);
  const options = [...datasets.map(({ id, name }) => ({ id, name })), ...shippedDatasets.map((id) => ({ id: id as string, name: shippedTitle(id) }))];
  const [first, setFirst] = useState<string>();
  const [second, setSecond] = useState<string>();
  const known = (id: string | undefined, instead: number): string => (options.some((one) => one.id === id) ? id! : options[instead]!.id);
  const [a, b] = [known(first, 0), known(second, 1)];
  return (
    <section className={styles.section} aria-labelledby="beside-datasets">
      <h3 id="beside-datasets">{t('Two datasets side by side')}</h3>
      <div className={styles.beside}>
        <Select label={t('First')} options={options} value={a} onChange={setFirst} />
        <Select label={t('Second')} options={options} value={b} onChange={setSecond} />
        <Button isDisabled={a === b} onPress={() => goTo(besideLink(a, b))}>
          {t('Compare distributions')}
        </Button>
      </div>
    </section>
  );
}
