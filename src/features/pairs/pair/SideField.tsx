// One side of the pair in the editor, with its length for people and for the model.
import { t } from '../../../components/text';
import { useDataView, useDraft, useTokenizer } from '../../../stores/hooks';
import { editDraft, startFromRejected } from '../../../stores/pairDraft';
import { countTokens } from '../../../stores/tokenizer';
import { Button } from '../../../components/Button';
import { formatCount } from '../words';
import { StoredText } from './StoredText';
import styles from './page.module.css';

function Length({ prompt, text }: { readonly prompt: string; readonly text: string }) {
  const { tokenizer, context } = useTokenizer();
  const characters = t('{count, plural, one {# character} other {# characters}}', { count: [...text.slice(0, 200_000)].length + Math.max(0, text.length - 200_000) });
  const tokens = tokenizer === undefined ? undefined : countTokens(tokenizer, prompt, text);
  if (context === undefined) return <>{characters}</>;
  const long = tokens === undefined ? tokenizer !== undefined : tokens > context;
  return (
    <>
      {characters} ·{' '}
      <span {...(long ? { className: styles.long } : {})}>
        {tokens === undefined
          ? t('more tokens than the model’s {context}: training leaves the pair out', { context })
          : long
            ? t('{tokens} of {context} tokens with the prompt: training leaves the pair out', { tokens: formatCount(tokens), context })
            : t('{tokens} of {context} tokens with the prompt', { tokens, context })}
      </span>
    </>
  );
}

export function SideField({ side }: { readonly side: 'chosen' | 'rejected' }) {
  const text = useDraft((state) => state.fields![side]);
  const prompt = useDraft((state) => state.fields!.prompt);
  const canCopy = useDraft((state) => state.fields!.rejected.trim() !== '' && state.fields!.chosen !== state.fields!.rejected);
  const minimal = useDraft((state) => state.minimal);
  const readOnly = useDataView((state) => state.readOnly);
  return (
    <div className={styles.sideField} data-side={side}>
      <StoredText
        tall
        label={side === 'chosen' ? t('Chosen') : t('Rejected')}
        value={text}
        readOnly={readOnly}
        onChange={(next) => editDraft(side === 'chosen' ? { chosen: next } : { rejected: next })}
      >
        <Length prompt={prompt} text={text} />
      </StoredText>
      {side === 'chosen' && minimal && !readOnly && (
        <Button kind="quiet" isDisabled={!canCopy} onPress={startFromRejected}>
          {t('Begin again from the rejected side')}
        </Button>
      )}
    </div>
  );
}
