// A field for one number, written any way people write numbers (0.0002, 2e-4, ½ is not one). A wrong text is shown
// with its reason and nothing else changes; arrow keys nudge. Used by every numeric setting.
import { useState, type KeyboardEvent } from 'react';
import { FieldError, Input, Label, TextField } from 'react-aria-components';
import { t } from './text';
import styles from './controls.module.css';

export interface NumberInputProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min?: number;
  readonly max?: number;
  /** The smallest value itself is not allowed. */
  readonly exclusiveMin?: boolean;
  readonly whole?: boolean;
  /** What an arrow key adds; without it a key multiplies or divides by 1.25. */
  readonly step?: number;
  readonly inline?: boolean;
  readonly isDisabled?: boolean;
}

/** Shortest text that reads back as the same number. */
function write(value: number): string {
  return Math.abs(value) < 1e-3 && value !== 0 ? value.toExponential().replace('e+', 'e') : String(value);
}

/** Why a text is no value of the field, as a sentence; or its number. */
export function readNumber(
  text: string,
  { min = -Infinity, max = Infinity, exclusiveMin = false, whole = false }: Partial<NumberInputProps>,
): number | string {
  const plain = text.trim().replaceAll('\u2212', '-').replaceAll(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return t('Write a number, such as 0.5 or 2e-4.');
  const value = Number(plain);
  if (!Number.isFinite(value)) return t('This number is too large.');
  if (whole && !Number.isInteger(value)) return t('Write a whole number.');
  if (exclusiveMin ? value <= min : value < min) {
    return exclusiveMin ? t('Must be more than {min}.', { min }) : t('Must be at least {min}.', { min });
  }
  if (value > max) return t('Must be at most {max}.', { max });
  return value;
}

export function NumberInput(props: NumberInputProps) {
  const { label, value, onChange, min, max, whole = false, step, inline = false, isDisabled = false } = props;
  // The text is kept only while it is being edited or wrong; otherwise the value speaks.
  const [draft, setDraft] = useState<string | null>(null);
  const read = draft === null ? value : readNumber(draft, props);
  const problem = typeof read === 'string' ? read : null;

  const edit = (text: string): void => {
    setDraft(text);
    const next = readNumber(text, props);
    if (typeof next === 'number') onChange(next);
  };
  const nudge = (event: KeyboardEvent): void => {
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    let next = step === undefined ? value * 1.25 ** direction : value + step * direction;
    next = whole ? Math.round(next) : Number(next.toPrecision(4));
    next = Math.min(max ?? Infinity, Math.max(min ?? -Infinity, next));
    if (props.exclusiveMin === true && next <= (min ?? -Infinity)) return;
    setDraft(null);
    onChange(next);
  };

  return (
    <TextField
      className={styles.field!}
      value={draft ?? write(value)}
      onChange={edit}
      onBlur={() => {
        // A wrong text stays where it is, marked; a right one takes its standard form.
        if (problem === null) setDraft(null);
      }}
      isInvalid={problem !== null}
      isDisabled={isDisabled}
      {...(inline ? { 'data-inline': '' } : {})}
    >
      <Label className={styles.label!}>{label}</Label>
      <Input className={styles.input!} inputMode="decimal" autoComplete="off" onKeyDown={nudge} />
      <FieldError className={styles.problem!}>{problem}</FieldError>
    </TextField>
  );
}
