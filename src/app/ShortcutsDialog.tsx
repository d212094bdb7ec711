// The list of keys, opened by "?" or from the header.
import { Dialog } from '../components/Dialog';
import { t } from '../components/text';
import styles from './app.module.css';

export function ShortcutsDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const keys: [string, string][] = [
    [t('Space'), t('Train, pause, continue')],
    ['S', t('One step')],
    ['?', t('This list')],
    [t('Arrow keys in a number field'), t('A little more or less')],
    [t('Arrow keys on a chart'), t('Move the readout from step to step')],
    ['Esc', t('Close a window or a menu')],
  ];
  return (
    <Dialog title={t('Keyboard shortcuts')} isOpen={isOpen} onClose={onClose}>
      <dl className={styles.keys}>
        {keys.map(([key, meaning]) => (
          <div key={meaning}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
