// Asks before something is done that takes work to take back. Used for deletions and for whatever changes many things.
import type { ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { t } from './text';
import styles from './controls.module.css';

export interface ConfirmProps {
  readonly title: string;
  /** What the button that does it says. */
  readonly action: string;
  readonly isOpen: boolean;
  readonly isDisabled?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Confirm({ title, action, isOpen, isDisabled = false, onConfirm, onClose, children }: ConfirmProps) {
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <form
        className={styles.confirm}
        onSubmit={(event) => {
          event.preventDefault();
          if (isDisabled) return;
          onConfirm();
          onClose();
        }}
      >
        {children}
        <div className={styles.confirmButtons}>
          <Button onPress={onClose}>{t('Cancel')}</Button>
          <Button kind="primary" type="submit" isDisabled={isDisabled}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
