// What was recognised in a source, why, and which column is taken for what; each can be overridden.
import { memo, useState } from 'react';
import { Button } from '../../../components/Button';
import { Disclosure } from '../../../components/Disclosure';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import type { Confidence, ImportPreview } from '../../../preferences/import';
import { useImport } from '../../../stores/hooks';
import { overrideMapping } from '../../../stores/importing';
import { asKind, fieldsOf, kindName, kinds, mappingOf, type Draft } from './fields';
import styles from './importing.module.css';

const NONE = '';

function confidenceName(confidence: Confidence): string {
  switch (confidence) {
    case 'named':
      return t('Recognised');
    case 'likely':
      return t('Likely');
    case 'guess':
      return t('A guess; please check');
  }
}

function formatText({ format, encoding, compressed }: ImportPreview): string {
  const names = { jsonl: t('JSON lines'), json: 'JSON', csv: 'CSV', tsv: 'TSV', parquet: 'Parquet' };
  return [names[format], encoding?.toUpperCase(), compressed ? 'gzip' : undefined].filter((part) => part !== undefined).join(' · ');
}

/** Columns to choose from: those of the rows, and paths into them that the mapping names already. */
function columnOptions(preview: ImportPreview, draft: Draft, required: boolean) {
  const named = fieldsOf(draft.kind).flatMap(({ name }) => (typeof draft[name] === 'string' ? [draft[name]] : []));
  const known = new Set(preview.columns.map(({ name }) => name));
  return [
    ...(required ? [] : [{ id: NONE, name: t('none') }]),
    ...preview.columns.map(({ name, example }) => ({ id: name, name, description: example.slice(0, 80) })),
    ...[...new Set(named)].filter((name) => !known.has(name)).map((name) => ({ id: name, name })),
  ];
}

function AsJson({ draft, onChange }: { readonly draft: Draft; readonly onChange: (draft: Draft) => void }) {
  const [text, setText] = useState<string | null>(null);
  const written = JSON.stringify(draft, null, 1);
  let read: Draft | undefined;
  try {
    read = text === null ? draft : (JSON.parse(text) as Draft);
  } catch {
    read = undefined;
  }
  const right = read !== undefined && mappingOf(read) !== undefined;
  return (
    <Disclosure title={t('As JSON')}>
      <div className={styles.stack}>
        <p className={styles.note}>{t('Everything a mapping can say: paths into columns with dots, rows to leave out, tags, labels.')}</p>
        <TextInput hideLabel label={t('Mapping as JSON')} code rows={8} value={text ?? written} onChange={setText} isInvalid={!right} />
        <Button
          isDisabled={!right || text === null}
          onPress={() => {
            onChange(read!);
            setText(null);
          }}
        >
          {t('Use this mapping')}
        </Button>
      </div>
    </Disclosure>
  );
}

export interface MappingPanelProps {
  readonly preview: ImportPreview;
  readonly busy: boolean;
}

/** Its many fields are drawn anew only where something of them is another. */
export const MappingPanel = memo(function MappingPanel({ preview, busy }: MappingPanelProps) {
  const own = useImport((state) => state.mapping);
  const mapping = own ?? preview.mapping;
  // While a column is still missing, what was chosen so far is here alone.
  const [unfinished, setUnfinished] = useState<Draft | undefined>(undefined);
  const draft: Draft = unfinished ?? mapping ?? { kind: 'paired' };
  const change = (next: Draft): void => {
    const whole = mappingOf(next);
    setUnfinished(whole === undefined ? next : undefined);
    if (whole !== undefined) void overrideMapping(whole);
  };
  const { recognition, unrecognised } = preview;
  return (
    <section className={styles.panel} aria-labelledby="mapping-title">
      <div className={styles.panelHead}>
        <h3 id="mapping-title">{t('What is what')}</h3>
        <span className={styles.note}>{formatText(preview)}</span>
      </div>
      {own === undefined && recognition !== undefined && (
        <p>
          <strong>{confidenceName(recognition.confidence)}.</strong> {t(recognition.why.template, recognition.why.values)}
        </p>
      )}
      {own === undefined && unrecognised !== undefined && <p className={styles.problem}>{t(unrecognised.template, unrecognised.values)}</p>}
      {own !== undefined && (
        <p className={styles.note}>
          {t('Chosen by you.')}{' '}
          <Button
            kind="quiet"
            onPress={() => {
              setUnfinished(undefined);
              void overrideMapping(undefined);
            }}
          >
            {t('Back to what was recognised')}
          </Button>
        </p>
      )}
      {draft.kind === 'lab' ? (
        <p className={styles.note}>{t('Everything of each pair is in the file; nothing has to be chosen.')}</p>
      ) : (
        <div className={styles.fields}>
          <Select
            label={t('A row holds')}
            isDisabled={busy}
            value={draft.kind}
            options={kinds.map((id) => ({ id, name: kindName(id) }))}
            onChange={(kind) => change(asKind(draft, kind))}
          />
          {fieldsOf(draft.kind).map(({ name, label, required }) => {
            const value = typeof draft[name] === 'string' ? draft[name] : NONE;
            return (
              <div key={name} {...(required && value === NONE ? { 'data-missing': '' } : {})}>
                <Select
                  inline
                  label={label}
                  isDisabled={busy}
                  value={value}
                  options={columnOptions(preview, draft, required)}
                  onChange={(column) => change({ ...draft, [name]: column === NONE ? undefined : column })}
                />
              </div>
            );
          })}
          {Array.isArray(draft.tags) && draft.tags.length > 0 && <p className={styles.note}>{t('Tags come from: {columns}', { columns: draft.tags.join(', ') })}</p>}
          {unfinished !== undefined && <p className={styles.problem}>{t('A column is still missing.')}</p>}
          <AsJson draft={draft} onChange={change} />
        </div>
      )}
    </section>
  );
});
