// A mistake in an objective's text: the text with a caret under the very characters that are wrong, and the sentence. Used
// wherever a loss is typed.
import type { UserError } from '../../engine/errors';
import { t } from '../text';
import { caretOf } from './caret';
import styles from './expression.module.css';

export function Mistake({ text, error }: { readonly text: string; readonly error: UserError }) {
  const caret = caretOf(text, error);
  return (
    <div className={styles.mistake} role="alert">
      {caret !== undefined && (
        <pre aria-hidden="true">
          {text}
          {'\n'}
          {' '.repeat(caret.column)}
          <b>{'^'.repeat(caret.width)}</b>
        </pre>
      )}
      <p>
        {t(error.template, error.values)}
        {caret !== undefined && ` ${t('(Character {place}.)', { place: caret.column + 1 })}`}
      </p>
    </div>
  );
}
