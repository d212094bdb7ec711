// A quiet button that opens a list of things to do. Used by panels and the header.
import type { ReactNode } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from './Button';
import styles from './controls.module.css';

export interface MenuButtonProps {
  /** What the button says, and what it is called where `children` is only a picture. */
  readonly label: string;
  readonly items: readonly { readonly id: string; readonly name: string }[];
  readonly onAction: (id: string) => void;
  /** The chosen item, where the menu is a choice. */
  readonly value?: string;
  readonly children?: ReactNode;
  /** Without the mark of a menu, where a picture already says so. */
  readonly plain?: boolean;
}

export function MenuButton({ label, items, onAction, value, children, plain = false }: MenuButtonProps) {
  return (
    <MenuTrigger>
      <Button kind="quiet" aria-label={label}>
        {children ?? label}
        {!plain && (
          <svg className={styles.chevron} viewBox="0 0 8 8" aria-hidden="true">
            <path d="M1 2.5 4 5.5 7 2.5" />
          </svg>
        )}
      </Button>
      <Popover className={styles.popover!} offset={2}>
        <Menu
          className={styles.list!}
          items={items}
          onAction={(key) => onAction(String(key))}
          {...(value === undefined ? {} : { selectionMode: 'single' as const, selectedKeys: [value] })}
        >
          {(item) => (
            <MenuItem id={item.id} className={styles.option!}>
              {item.name}
            </MenuItem>
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
