// A field to search with; Escape empties it.
import { Button, Input, SearchField } from 'react-aria-components';
import { CloseIcon } from './icons';
import { t } from './text';
import styles from './controls.module.css';

export interface SearchInputProps {
  /** Its name, and what stands in it while it is empty. */
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly onSubmit: () => void;
}

export function SearchInput({ label, value, onChange, onSubmit }: SearchInputProps) {
  return (
    <SearchField className={styles.searchField!} aria-label={label} value={value} onChange={onChange} onSubmit={onSubmit}>
      <Input className={styles.input!} placeholder={label} spellCheck={false} autoComplete="off" />
      {value !== '' && (
        <Button className={styles.searchClear!} aria-label={t('Clear the search')}>
          <CloseIcon />
        </Button>
      )}
    </SearchField>
  );
}
