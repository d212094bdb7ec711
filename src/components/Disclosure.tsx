// A section that folds away, with a summary at its right while folded. Used by the experiment's less needed settings.
import type { ReactNode } from 'react';
import { Button, Disclosure as AriaDisclosure, DisclosurePanel, Heading } from 'react-aria-components';
import styles from './controls.module.css';

export interface DisclosureProps {
  readonly title: string;
  readonly summary?: string;
  readonly defaultExpanded?: boolean;
  /** Given where something else opens it, too. */
  readonly isExpanded?: boolean;
  readonly onExpandedChange?: (expanded: boolean) => void;
  readonly children: ReactNode;
}

export function Disclosure({ title, summary, children, ...expanded }: DisclosureProps) {
  return (
    <AriaDisclosure {...expanded}>
      <Heading level={3}>
        <Button slot="trigger" className={styles.disclosureTrigger!}>
          <svg className={styles.twist} viewBox="0 0 8 8" aria-hidden="true">
            <path d="M2.5 1 5.5 4 2.5 7" />
          </svg>
          <span>{title}</span>
          {summary !== undefined && <span data-summary="">{summary}</span>}
        </Button>
      </Heading>
      <DisclosurePanel>{children}</DisclosurePanel>
    </AriaDisclosure>
  );
}
