// What stands beside a pair's texts: its tags, its side of the split, what was measured of it, what else its row held.
import { useState } from 'react';
import { Segments } from '../../../components/Check';
import { TextInput } from '../../../components/TextInput';
import { t } from '../../../components/text';
import { useDataView, useDraft } from '../../../stores/hooks';
import { editDraft, flushDraft } from '../../../stores/pairDraft';
import { changeFilter } from '../../../stores/datasetView';
import { Button } from '../../../components/Button';
import { datasetLink, goTo } from '../links';
import { splitName } from '../words';
import { ExtraColumns, PairValues } from './PairFacts';
import { readTags, writeTags } from './tags';
import styles from './page.module.css';

function Tags() {
  const tags = useDraft((state) => state.fields!.tags);
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <div data-stored="">
      <TextInput
        label={t('Tags, with commas between them')}
        value={draft ?? writeTags(tags)}
        onChange={(text) => {
          setDraft(text);
          editDraft({ tags: readTags(text) });
        }}
        onBlur={() => {
          setDraft(null);
          void flushDraft();
        }}
      />
    </div>
  );
}

export function PairMargin() {
  const readOnly = useDataView((state) => state.readOnly);
  const name = useDataView((state) => state.name ?? '');
  const columns = useDataView((state) => state.dataset!.columns);
  const split = useDraft((state) => state.fields!.split);
  const stored = useDraft((state) => state.stored);
  return (
    <aside className={styles.margin} aria-label={t('About the pair')}>
      {!readOnly && <Tags />}
      {!readOnly && stored !== undefined && (
        <Segments
          label={t('Split')}
          value={split}
          options={(['train', 'heldOut'] as const).map((id) => ({ id, name: splitName(id) }))}
          onChange={(next) => {
            editDraft({ split: next });
            void flushDraft();
          }}
        />
      )}
      {stored !== undefined && (
        <>
          <PairValues stored={stored} columns={columns} />
          <Button
            kind="quiet"
            onPress={() => {
              changeFilter({ samePromptAs: stored.row });
              goTo(datasetLink(name));
            }}
          >
            {t('Pairs with the same prompt')}
          </Button>
          {stored.pair.extra !== undefined && <ExtraColumns extra={stored.pair.extra} />}
        </>
      )}
    </aside>
  );
}
