// A window over the page with a title and a close button; Escape and a click outside close it. Used for tables and help.
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './Button';
import { CloseIcon } from './icons';
import { t } from './text';
import styles from './controls.module.css';

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({ title, isOpen, onClose, children }: DialogProps) {
  return (
    <ModalOverlay
      className={styles.scrim!}
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable
    >
      <Modal className={styles.modal!}>
        <AriaDialog className={styles.dialog!}>
          <div className={styles.dialogHead}>
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <Button kind="quiet" aria-label={t('Close')} onPress={onClose}>
              <CloseIcon />
            </Button>
          </div>
          {/* A scrolling region must be reachable by keyboard. */}
          <div className={styles.dialogBody} tabIndex={0} role="group" aria-label={title}>
            {children}
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
