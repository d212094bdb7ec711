// A block of text that is stored as it is typed and grows with what is in it. Undo in it is the dataset's own.
import type { ReactNode } from 'react';
import { Label, Text, TextArea, TextField } from 'react-aria-components';
import controls from '../../../components/controls.module.css';
import { flushDraft } from '../../../stores/pairDraft';
import styles from './page.module.css';

export interface StoredTextProps {
  readonly label: string;
  readonly value: string;
  readonly readOnly: boolean;
  readonly onChange: (text: string) => void;
  readonly autoFocus?: boolean;
  readonly tall?: boolean;
  /** Stands under the field, and is read with it. */
  readonly children?: ReactNode;
}

/** Beyond this a field shows text but takes no keystrokes: each would cost too long. Characters. */
const MOST_EDITED = 200_000;

export function StoredText({ label, value, readOnly, onChange, autoFocus = false, tall = false, children }: StoredTextProps) {
  return (
    <TextField
      className={controls.field!}
      data-stored=""
      value={value.slice(0, MOST_EDITED)}
      isReadOnly={readOnly || value.length > MOST_EDITED}
      onChange={onChange}
      onBlur={() => void flushDraft()}
      autoFocus={autoFocus}
    >
      <Label className={controls.label!}>{label}</Label>
      <TextArea className={`${controls.input!} ${styles.area!}`} rows={tall ? 5 : 2} spellCheck={false} autoComplete="off" {...(tall ? { 'data-tall': '' } : {})} />
      {children !== undefined && (
        <Text slot="description" className={styles.under!}>
          {children}
        </Text>
      )}
    </TextField>
  );
}
