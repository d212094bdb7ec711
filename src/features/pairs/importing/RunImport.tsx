// The last choices before an import, the button that begins it, and how far it has come.
import { Button } from '../../../components/Button';
import { NumberInput } from '../../../components/NumberInput';
import { Progress } from '../../../components/Progress';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { cancelImport, changeImport, runImport, unnamed } from '../../../stores/importing';
import { useDatasets, useImport } from '../../../stores/hooks';
import { formatBytes, formatCount } from '../words';
import styles from './importing.module.css';

const NEW = '';

function Running() {
  const progress = useImport((state) => state.progress);
  const { bytes = 0, totalBytes, rows = 0, rejected = 0, stage } = progress ?? {};
  return (
    <section className={styles.panel} aria-labelledby="running-title">
      <div className={styles.panelHead}>
        <h3 id="running-title">{stage === 'finishing' ? t('Storing …') : t('Importing …')}</h3>
        <Button onPress={cancelImport}>{t('Cancel')}</Button>
      </div>
      <Progress label={t('Import')} value={totalBytes === undefined ? 0 : bytes} max={totalBytes ?? 1} />
      <p className={styles.note} role="status">
        {t('{rows} rows read, {rejected} rejected', { rows: formatCount(rows), rejected: formatCount(rejected) })}
        {totalBytes === undefined ? ` · ${formatBytes(bytes)}` : ` · ${t('{done} of {total}', { done: formatBytes(bytes), total: formatBytes(totalBytes) })}`}
      </p>
      <p className={styles.note}>{t('You may go on working elsewhere in the lab. Nothing is stored until all of it is.')}</p>
    </section>
  );
}

export function RunImport() {
  const stage = useImport((state) => state.stage);
  const source = useImport((state) => state.source);
  const mapped = useImport((state) => (state.mapping ?? state.preview?.mapping) !== undefined);
  const options = useImport((state) => state.options);
  const datasets = useDatasets((state) => state.datasets);
  if (stage === 'running') return <Running />;
  const into = datasets.some(({ id }) => id === options.into) ? options.into! : NEW;
  return (
    <form
      className={styles.panel}
      aria-labelledby="run-title"
      onSubmit={(event) => {
        event.preventDefault();
        void runImport();
      }}
    >
      <h3 id="run-title">{t('Into')}</h3>
      <Select
        hideLabel
        label={t('Into')}
        value={into}
        options={[{ id: NEW, name: t('A new dataset') }, ...datasets.map(({ id, name }) => ({ id, name }))]}
        onChange={(id) => changeImport({ into: id === NEW ? undefined : id })}
      />
      {into === NEW && (
        <TextInput label={t('Name')} value={options.name} placeholder={source === undefined ? '' : unnamed(source)} onChange={(name) => changeImport({ name })} />
      )}
      <div className={styles.two}>
        <NumberInput
          label={t('Held out, % of prompts')}
          value={Math.round(options.heldOutShare * 1000) / 10}
          min={0}
          max={100}
          step={5}
          onChange={(percent) => changeImport({ heldOutShare: percent / 100 })}
        />
        <NumberInput label={t('Seed')} value={options.seed} min={0} max={2 ** 31} whole step={1} onChange={(seed) => changeImport({ seed })} />
      </div>
      <p className={styles.note}>{t('The split goes by prompt: pairs of one prompt stay together. A split column overrules it.')}</p>
      <Button kind="primary" type="submit" isDisabled={!mapped || stage !== 'ready'}>
        {t('Import all rows')}
      </Button>
    </form>
  );
}
