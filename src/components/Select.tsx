// A labelled choice among named options, each with an optional sentence of its own. Used by forms throughout.
import type { ReactNode } from 'react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue, Text } from 'react-aria-components';
import styles from './controls.module.css';

export interface Option<Id extends string> {
  readonly id: Id;
  readonly name: string;
  readonly description?: string;
}

export interface SelectProps<Id extends string> {
  readonly label: string;
  readonly options: readonly Option<Id>[];
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  readonly hideLabel?: boolean;
  readonly inline?: boolean;
  readonly isDisabled?: boolean;
  /** Stands before the value, e.g. a colour. */
  readonly mark?: ReactNode;
}

export function Select<Id extends string>(props: SelectProps<Id>) {
  const { label, options, value, onChange, hideLabel = false, inline = false, isDisabled = false, mark } = props;
  const chosen = options.find((option) => option.id === value);
  return (
    <AriaSelect
      className={styles.field!}
      value={value}
      isDisabled={isDisabled}
      onChange={(key) => {
        const option = options.find((one) => one.id === key);
        if (option !== undefined) onChange(option.id);
      }}
      {...(inline ? { 'data-inline': '' } : {})}
      {...(hideLabel ? { 'aria-label': label } : {})}
    >
      {!hideLabel && <Label className={styles.label!}>{label}</Label>}
      <Button className={styles.select!}>
        <SelectValue>
          {mark} {chosen?.name ?? value}
        </SelectValue>
        <svg className={styles.chevron} viewBox="0 0 8 8" aria-hidden="true">
          <path d="M1 2.5 4 5.5 7 2.5" />
        </svg>
      </Button>
      <Popover className={styles.popover!} offset={2}>
        <ListBox className={styles.list!} items={options}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.name} className={styles.option!}>
              <Text slot="label">{option.name}</Text>
              {option.description !== undefined && <Text slot="description">{option.description}</Text>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
