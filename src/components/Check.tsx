// A checkbox with its label, and a row of segments of which one is chosen. Used by panels and forms.
import type { ReactNode } from 'react';
import { Checkbox, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import styles from './controls.module.css';

export interface CheckProps {
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly children?: ReactNode;
  readonly 'aria-label'?: string;
  readonly isDisabled?: boolean;
}

export function Check({ children, ...rest }: CheckProps) {
  return (
    <Checkbox {...rest} className={styles.check!}>
      {({ isSelected }) => (
        <>
          <span className={styles.box}>
            {isSelected && (
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <path d="M1.5 5 4 7.5 8.5 2.5" />
              </svg>
            )}
          </span>
          {children}
        </>
      )}
    </Checkbox>
  );
}

export interface SegmentsProps<Id extends string> {
  readonly label: string;
  readonly options: readonly { readonly id: Id; readonly name: string }[];
  readonly value: Id;
  readonly onChange: (id: Id) => void;
}

export function Segments<Id extends string>({ label, options, value, onChange }: SegmentsProps<Id>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={styles.segments!}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const option = options.find((one) => keys.has(one.id));
        if (option !== undefined) onChange(option.id);
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.id} id={option.id} className={styles.segment!}>
          {option.name}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
