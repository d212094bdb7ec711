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
    [t('Arrow keys on a list of pairs'), t('Look at the next pair; with Shift, select on the way')],
    [t('Space, Enter, Delete on a list of pairs'), t('Select, open, delete')],
    ['Ctrl+Z, Ctrl+Shift+Z', t('Undo and redo, among pairs')],
    ['Alt+↑, Alt+↓', t('The pair before and after')],
    ['Alt+N, Alt+D, Alt+X', t('New pair, duplicate, swap sides')],
    ['Alt+M', t('Minimal edit on or off')],
    ['A, E, X, R', t('Accept, edit, reject, ask again, among revisions')],
    ['J, K, U', t('Next and previous revision, take a decision back')],
    ['Esc', t('Close a window or a menu, leave a pair')],
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
