// The frame of every chart: its title, what its axis means, and the button that opens its numbers as a table.
import { useId, type ReactNode } from 'react';
import { DataTableButton, type TableContent } from '../DataTable';
import styles from './chart.module.css';

export interface ChartFigureProps {
  readonly title: string;
  /** One line under the title: quantity and unit. */
  readonly unit?: string;
  /** Called when the table is opened, so that nothing is computed for a table nobody reads. */
  readonly table: () => TableContent;
  readonly size?: 'big' | 'small' | 'free';
  readonly children: ReactNode;
  /** Paler, for what did not happen here. */
  readonly faded?: boolean;
  /** Drawn over an empty chart. */
  readonly message?: string | undefined;
}

export function ChartFigure({ title, unit, table, size = 'small', children, faded = false, message }: ChartFigureProps) {
  const id = useId();
  return (
    <figure className={styles.figure} data-size={size} aria-labelledby={id}>
      <figcaption className={styles.caption}>
        <span className={styles.title} id={id}>
          {title}
        </span>
        {unit !== undefined && <span className={styles.unit}>{unit}</span>}
        <DataTableButton title={title} table={table} />
      </figcaption>
      <div className={styles.plot} {...(faded ? { 'data-faded': '' } : {})}>
        {children}
        {message !== undefined && <p className={styles.message}>{message}</p>}
      </div>
    </figure>
  );
}
