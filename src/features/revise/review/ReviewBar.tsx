// What can be done with the revision on screen, each thing with its key on the button.
import { useState, type ReactNode } from 'react';
import { Button } from '../../../components/Button';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import styles from './review.module.css';

export interface ReviewActions {
  readonly accept: () => void;
  readonly edit: () => void;
  readonly reject: () => void;
  readonly askAgain: () => void;
  readonly next: () => void;
  readonly previous: () => void;
}

export interface ReviewBarProps {
  readonly actions: ReviewActions;
  readonly canAccept: boolean;
  /** False where there is nothing to decide on yet, or nothing to be edited. */
  readonly canDecide: boolean;
  readonly canEdit: boolean;
  readonly canAsk: boolean;
}

function Keyed({ letter, children }: { readonly letter: string; readonly children: ReactNode }) {
  return (
    <>
      {children}
      <kbd className={styles.kbd} aria-hidden="true">
        {letter}
      </kbd>
    </>
  );
}

export function ReviewBar({ actions, canAccept, canDecide, canEdit, canAsk }: ReviewBarProps) {
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('Decide')}>
      <Button kind="primary" aria-keyshortcuts="A" isDisabled={!canAccept} onPress={actions.accept}>
        <Keyed letter="A">{t('Accept')}</Keyed>
      </Button>
      {canEdit && (
        <Button aria-keyshortcuts="E" onPress={actions.edit}>
          <Keyed letter="E">{t('Edit')}</Keyed>
        </Button>
      )}
      <Button aria-keyshortcuts="X" isDisabled={!canDecide} onPress={actions.reject}>
        <Keyed letter="X">{t('Reject')}</Keyed>
      </Button>
      {canAsk && (
        <Button aria-keyshortcuts="R" onPress={actions.askAgain}>
          <Keyed letter="R">{t('Ask again')}</Keyed>
        </Button>
      )}
      <span className={styles.gap} />
      <Button aria-keyshortcuts="K" onPress={actions.previous}>
        <Keyed letter="K">{t('Previous')}</Keyed>
      </Button>
      <Button aria-keyshortcuts="J" onPress={actions.next}>
        <Keyed letter="J">{t('Next')}</Keyed>
      </Button>
    </div>
  );
}

export interface EditBoxProps {
  readonly label: string;
  readonly text: string;
  readonly rows: number;
  readonly action: string;
  readonly onDone: (text: string) => void;
  readonly onCancel: () => void;
}

/** A text to be written: the person's own version, or a comment. Ctrl+Enter is done, Escape leaves all as it was. */
export function EditBox({ label, text, rows, action, onDone, onCancel }: EditBoxProps) {
  const [draft, setDraft] = useState(text);
  return (
    <div
      className={styles.edit}
      // Before the field sees it: fields keep their keys to themselves.
      onKeyDownCapture={(event) => {
        if (event.key === 'Escape') onCancel();
        else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onDone(draft);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <TextInput label={label} rows={rows} value={draft} onChange={setDraft} autoFocus />
      <div className={styles.line}>
        <Button kind="primary" aria-keyshortcuts="Control+Enter" isDisabled={draft.trim() === ''} onPress={() => onDone(draft)}>
          <Keyed letter="Ctrl ↵">{action}</Keyed>
        </Button>
        <Button aria-keyshortcuts="Escape" onPress={onCancel}>
          <Keyed letter="Esc">{t('Cancel')}</Keyed>
        </Button>
      </div>
    </div>
  );
}
