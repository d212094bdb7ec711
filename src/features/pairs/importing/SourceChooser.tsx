// Where pairs come from: a file that is dropped or picked, pasted text, or a public dataset by name.
import { useState } from 'react';
import { DropZone, FileTrigger, Text } from 'react-aria-components';
import { Button } from '../../../components/Button';
import { NumberInput } from '../../../components/NumberInput';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { useImport } from '../../../stores/hooks';
import { previewSource } from '../../../stores/importing';
import styles from './importing.module.css';

function takeFile(file: File | undefined): void {
  if (file !== undefined) void previewSource({ kind: 'blob', name: file.name, blob: file });
}

function FileDrop() {
  return (
    <DropZone
      className={styles.drop!}
      aria-label={t('A file of pairs')}
      getDropOperation={() => 'copy'}
      onDrop={(event) => {
        const item = event.items.find((one) => one.kind === 'file');
        if (item !== undefined) void item.getFile().then(takeFile);
      }}
    >
      <Text slot="label" className={styles.dropTitle!}>
        {t('Drop a file here')}
      </Text>
      <p className={styles.note}>{t('JSON lines, JSON, CSV, TSV or Parquet, each also gzipped. What it is, is found out from its content.')}</p>
      <FileTrigger onSelect={(files) => takeFile(files?.[0])}>
        <Button kind="primary">{t('Pick a file')}</Button>
      </FileTrigger>
    </DropZone>
  );
}

function Paste() {
  const [text, setText] = useState('');
  return (
    <form
      className={styles.panel}
      aria-labelledby="paste-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void previewSource({ kind: 'text', name: t('Pasted text'), text });
      }}
    >
      <h3 id="paste-title">{t('Or paste')}</h3>
      <TextInput
        hideLabel
        label={t('Pairs as text')}
        code
        rows={6}
        value={text}
        onChange={setText}
        placeholder={'{"prompt": "…", "chosen": "…", "rejected": "…"}'}
      />
      <Button type="submit" isDisabled={text.trim() === ''}>
        {t('Read the text')}
      </Button>
    </form>
  );
}

function PublicDataset() {
  const earlier = useImport((state) => (state.source?.kind === 'viewer' ? state.source : undefined));
  const [dataset, setDataset] = useState(earlier?.dataset ?? '');
  const [config, setConfig] = useState(earlier?.config ?? '');
  const [split, setSplit] = useState(earlier?.split ?? '');
  const [length, setLength] = useState(earlier?.length ?? 1000);
  return (
    <form
      className={styles.panel}
      aria-labelledby="viewer-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (dataset.trim() === '') return;
        void previewSource({
          kind: 'viewer',
          dataset: dataset.trim(),
          length,
          ...(config.trim() !== '' && { config: config.trim() }),
          ...(split.trim() !== '' && { split: split.trim() }),
        });
      }}
    >
      <h3 id="viewer-title">{t('Or name a public dataset')}</h3>
      <TextInput label={t('On Hugging Face')} value={dataset} onChange={setDataset} placeholder="ContextualAI/ultrafeedback_clair_32k" />
      <div className={styles.three}>
        <TextInput label={t('Configuration')} value={config} onChange={setConfig} placeholder={t('the first')} />
        <TextInput label={t('Split')} value={split} onChange={setSplit} placeholder="train" />
        <NumberInput label={t('Rows at most')} value={length} min={1} max={1_000_000} whole step={1000} onChange={setLength} />
      </div>
      <p className={styles.note}>{t('This asks Hugging Face’s dataset viewer for the rows. Nothing leaves this browser but the dataset’s name.')}</p>
      <Button type="submit" isDisabled={dataset.trim() === ''}>
        {t('Fetch the first rows')}
      </Button>
    </form>
  );
}

export function SourceChooser() {
  return (
    <div className={styles.chooser}>
      <FileDrop />
      <Paste />
      <PublicDataset />
    </div>
  );
}
