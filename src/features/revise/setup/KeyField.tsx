// The field for a key. What is typed is taken out of the field at once and held by the keyring: the page shows that there
// is a key and where it goes, and cannot show the key.
import { useRef } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { Button } from '../../../components/Button';
import { Check } from '../../../components/Check';
import { t } from '../../../components/text';
import { useReviserKey } from '../../../stores/reviseHooks';
import { forgetKey, hasKeyFor, holdKey, keyOrigin, rememberKey } from '../../../stores/reviserKey';
import controls from '../../../components/controls.module.css';
import styles from './setup.module.css';

export function KeyField({ address, needed }: { readonly address: string; readonly needed: boolean }) {
  const { remembered } = useReviserKey();
  const field = useRef<HTMLInputElement>(null);
  const held = hasKeyFor(address);
  const origin = keyOrigin(address);
  const take = (): void => {
    const typed = field.current?.value ?? '';
    if (field.current !== null) field.current.value = '';
    if (typed.trim() !== '') holdKey(address, typed);
  };
  return (
    <div className={styles.key}>
      {held ? (
        <p className={styles.held} role="status">
          {t('A key is held for {origin} and goes nowhere else.', { origin })}{' '}
          <Button kind="quiet" onPress={forgetKey}>
            {t('Forget the key')}
          </Button>
        </p>
      ) : (
        <div className={styles.line}>
          <TextField className={controls.field!} onBlur={take} isDisabled={origin === ''}>
            <Label className={controls.label!}>{needed ? t('Key') : t('Key or student code, if it wants one')}</Label>
            <Input
              ref={field}
              className={controls.input!}
              type="password"
              autoComplete="off"
              spellCheck={false}
              onKeyDown={(event) => {
                if (event.key === 'Enter') take();
              }}
            />
          </TextField>
          <Button onPress={take} isDisabled={origin === ''}>
            {t('Use it')}
          </Button>
        </div>
      )}
      <Check isSelected={remembered} onChange={rememberKey}>
        {t('Keep it until this tab is closed')}
      </Check>
      <p className={styles.note}>{t('Otherwise a reload forgets it. It is stored nowhere else, and another address makes the lab forget it.')}</p>
    </div>
  );
}
