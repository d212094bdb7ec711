// One revision under review: what was asked, the original and what became of it, what is wrong with the reply, how minimal
// the difference is and what the models think of it. Everything of it is text of others and is shown as text.
import { useState } from 'react';
import { Button } from '../../../components/Button';
import { Segments } from '../../../components/Check';
import { Disclosure } from '../../../components/Disclosure';
import { t } from '../../../components/text';
import { FLAG_SENTENCES } from '../../../reviser/flags';
import { JUDGE_FLAG_SENTENCES } from '../../../reviser/judge';
import type { ReviewItem } from '../../../stores/reviewing';
import { History, LongText } from '../../../components/texts/Texts';
import { Measures } from './Measures';
import { EditBox, ReviewBar, type ReviewActions } from './ReviewBar';
import { Shift } from './Shift';
import { Sides, type Layout } from './Sides';
import { keysOf, useReviewKeys } from './useReviewKeys';
import { Verdict } from './Verdict';
import { stateName } from './words';
import styles from './review.module.css';

export interface ReviewPaneProps {
  readonly item: ReviewItem;
  readonly place: number;
  readonly count: number;
  /** Whether the job makes answers worse. */
  readonly worse: boolean;
  readonly judges: boolean;
  readonly canAsk: boolean;
  readonly onAccept: () => void;
  readonly onReject: () => void;
  /** Takes the decision back. */
  readonly onReconsider: () => void;
  readonly onEdit: (text: string) => void;
  readonly onAskAgain: (comment: string) => void;
  readonly onMove: (by: 1 | -1) => void;
}

const sentences = { ...FLAG_SENTENCES, ...JUDGE_FLAG_SENTENCES };

function Said({ item }: { readonly item: ReviewItem }) {
  const { flags, reason, comment } = item;
  if (flags.length === 0 && reason === undefined && comment === undefined) return null;
  return (
    <ul className={styles.said}>
      {flags.map((flag) => (
        <li key={flag} data-kind="flag">
          {t(sentences[flag].template, sentences[flag].values)}
        </li>
      ))}
      {reason !== undefined && <li data-kind="bad">{t(reason.template, reason.values)}</li>}
      {comment !== undefined && <li>{t('You asked: “{comment}”', { comment })}</li>}
    </ul>
  );
}

export function ReviewPane(props: ReviewPaneProps) {
  const { item, place, count, worse, judges, onAccept, onReject, onMove } = props;
  const [layout, setLayout] = useState<Layout>('beside');
  // What was begun on one item is not gone on with on the next.
  const [begun, setBegun] = useState<{ readonly id: number; readonly box: 'edit' | 'ask' } | undefined>(undefined);
  const open = begun?.id === item.id ? begun.box : undefined;
  const { pair, revision, edit, rationale, verdict } = item;
  const original = worse ? pair.chosen : pair.rejected;
  const before = worse ? pair.rejected : pair.chosen;
  const text = edit ?? revision;
  const decided = item.state === 'accepted' || item.state === 'edited' || item.state === 'rejected';
  // One that is edited is accepted already, in the person's own words.
  const canAccept = item.acceptable && item.state !== 'accepted' && item.state !== 'edited';
  const canDecide = item.state !== 'waiting' && item.state !== 'rejected';
  const canEdit = !judges && item.state !== 'waiting';
  const canAsk = props.canAsk && item.state !== 'waiting';
  const actions: ReviewActions = {
    accept: onAccept,
    reject: onReject,
    edit: () => setBegun({ id: item.id, box: 'edit' }),
    askAgain: () => setBegun({ id: item.id, box: 'ask' }),
    next: () => onMove(1),
    previous: () => onMove(-1),
  };
  useReviewKeys({
    ...(decided && { u: props.onReconsider }),
    ...keysOf({ ...actions, ...(!canAccept && { accept: undefined }), ...(!canDecide && { reject: undefined }), ...(!canEdit && { edit: undefined }), ...(!canAsk && { askAgain: undefined }) }),
  });
  const close = (): void => setBegun(undefined);

  return (
    <section className={styles.pane} aria-label={t('Review')}>
      <div className={styles.paneHead}>
        <p className={styles.place} role="status">
          {t('{place} of {count}', { place: place + 1, count })}
        </p>
        <span className={styles.state} data-state={item.state}>
          {stateName(item.state)}
        </span>
        {decided && (
          <Button kind="quiet" aria-keyshortcuts="U" onPress={props.onReconsider}>
            {t('Take back')}
            <kbd className={styles.kbd} aria-hidden="true">
              U
            </kbd>
          </Button>
        )}
        {!judges && (
          <Segments
            label={t('Texts')}
            value={layout}
            onChange={setLayout}
            options={[
              { id: 'beside', name: t('Side by side') },
              { id: 'inline', name: t('Inline') },
            ]}
          />
        )}
      </div>
      <ReviewBar actions={actions} canAccept={canAccept} canDecide={canDecide} canEdit={canEdit} canAsk={canAsk} />
      {open === 'edit' && (
        <EditBox
          label={t('Your version')}
          text={text ?? original}
          rows={8}
          action={t('Accept it so')}
          onCancel={close}
          onDone={(next) => {
            close();
            props.onEdit(next);
          }}
        />
      )}
      {open === 'ask' && (
        <EditBox
          label={t('What should be different?')}
          text=""
          rows={3}
          action={t('Ask again')}
          onCancel={close}
          onDone={(comment) => {
            close();
            props.onAskAgain(comment);
          }}
        />
      )}
      <Said item={item} />
      {pair.history !== undefined && <History history={pair.history} />}
      <div className={styles.task}>
        <h3>{t('Prompt')}</h3>
        <p>
          <LongText text={pair.prompt} most={4000} />
        </p>
      </div>
      {judges ? (
        <Verdict pair={pair} verdict={verdict} />
      ) : revision === undefined ? (
        <div className={styles.side} data-side={worse ? 'chosen' : 'rejected'}>
          <h3>{t('Original')}</h3>
          <p>
            <LongText text={original} />
          </p>
        </div>
      ) : (
        <Sides original={original} revision={revision} edit={edit} layout={layout} worse={worse} />
      )}
      {rationale !== undefined && rationale !== '' && (
        <Disclosure title={t('The model’s reasons')} defaultExpanded>
          <p className={styles.rationale}>
            <LongText text={rationale} most={4000} />
          </p>
        </Disclosure>
      )}
      {!judges && text !== undefined && (
        <div className={styles.facts}>
          <Measures original={original} before={before} after={text} />
          <Shift task={pair.prompt} original={original} revision={text} />
        </div>
      )}
    </section>
  );
}
