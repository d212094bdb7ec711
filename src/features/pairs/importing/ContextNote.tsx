// What the lab's model can not read of the first rows, and what training does about it: said before anything is imported.
import { useEffect, useMemo } from 'react';
import { t } from '../../../components/text';
import { sequencesFit } from '../../../engine/tokenizer/chat';
import type { ImportPreview } from '../../../preferences/import';
import { useExperiment, useTokenizer } from '../../../stores/hooks';
import { wantTokenizer } from '../../../stores/tokenizer';
import styles from './importing.module.css';

export function ContextNote({ pairs }: Pick<ImportPreview, 'pairs'>) {
  const { model, data } = useExperiment((state) => state.recipe);
  const { tokenizer, context } = useTokenizer();
  useEffect(() => void wantTokenizer(model), [model]);
  const long = useMemo(() => {
    if (tokenizer === undefined || context === undefined) return 0;
    return pairs.filter(({ pair }) => !sequencesFit(tokenizer, pair.prompt, [pair.chosen, pair.rejected], context)).length;
  }, [pairs, tokenizer, context]);
  const conversations = pairs.some(({ pair }) => (pair.history?.length ?? 0) > 0);
  if (long === 0 && !conversations) return null;
  const counts = { count: long, total: pairs.length, context: context ?? 0 };
  return (
    <div className={styles.context} role="note">
      {long > 0 && (
        <p>
          {t('{count} of the first {total} pairs are longer than the model’s {context} tokens.', counts)}{' '}
          {data.overlong === undefined
            ? t('All are imported; the experiment leaves such pairs out of training. It can be told to cut their prompts instead.')
            : data.overlong === 'keepStart'
              ? t('All are imported whole; the experiment cuts their prompts for training and keeps the start.')
              : t('All are imported whole; the experiment cuts their prompts for training and keeps the end.')}
        </p>
      )}
      {conversations && <p>{t('The lab’s model reads the prompt alone; earlier turns are kept for export.')}</p>}
    </div>
  );
}
