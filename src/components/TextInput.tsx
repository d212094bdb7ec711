// A labelled line or block of text. Used for names, prompts and expressions.
import { Input, Label, TextArea, TextField } from 'react-aria-components';
import styles from './controls.module.css';

export interface TextInputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly placeholder?: string;
  readonly hideLabel?: boolean;
  /** Set in a monospaced face. */
  readonly code?: boolean;
  /** More than one makes it a block. */
  readonly rows?: number;
  readonly onSubmit?: () => void;
  readonly onBlur?: () => void;
  readonly isInvalid?: boolean;
  readonly autoFocus?: boolean;
}

export function TextInput(props: TextInputProps) {
  const { label, value, onChange, placeholder, hideLabel = false, code = false, rows = 1, onSubmit, onBlur } = props;
  const look = {
    className: styles.input!,
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(code ? { style: { fontFamily: 'var(--mono)', fontSize: '0.75rem' } } : {}),
    spellCheck: false,
    autoComplete: 'off',
  };
  return (
    <TextField
      className={styles.field!}
      value={value}
      onChange={onChange}
      isInvalid={props.isInvalid ?? false}
      autoFocus={props.autoFocus ?? false}
      {...(onBlur === undefined ? {} : { onBlur })}
      {...(hideLabel ? { 'aria-label': label } : {})}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.shiftKey && onSubmit !== undefined) {
          event.preventDefault();
          onSubmit();
        }
      }}
    >
      {!hideLabel && <Label className={styles.label!}>{label}</Label>}
      {rows > 1 ? <TextArea {...look} rows={rows} /> : <Input {...look} />}
    </TextField>
  );
}
