// A chart's numbers as a real table behind a button, for people who cannot see the chart and for anyone who wants to copy it.
import { useState } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { TableIcon } from './icons';
import { t } from './text';
import styles from './controls.module.css';

export interface TableContent {
  readonly caption: string;
  readonly columns: readonly string[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly string[])[];
}

/** Rows shown at once; a run of 100,000 steps is exported, not scrolled through. */
const MOST_ROWS = 1000;

export function DataTable({ caption, columns, rows }: TableContent) {
  const shown = rows.slice(0, MOST_ROWS);
  return (
    <table className={styles.table}>
      <caption>
        {caption}
        {rows.length > MOST_ROWS && ` ${t('The first {count} rows are shown; export the run for all.', { count: MOST_ROWS })}`}
      </caption>
      <thead>
        <tr>
          {columns.map((column, i) => (
            <th scope="col" key={i}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((row, i) => (
          <tr key={i}>
            {row.map((cell, j) =>
              j === 0 ? (
                <th scope="row" key={j}>
                  {cell}
                </th>
              ) : (
                <td key={j}>{cell}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface DataTableButtonProps {
  readonly title: string;
  readonly table: () => TableContent;
}

export function DataTableButton({ title, table }: DataTableButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind="quiet" aria-label={t('Data table: {title}', { title })} onPress={() => setOpen(true)}>
        <TableIcon />
      </Button>
      <Dialog title={title} isOpen={open} onClose={() => setOpen(false)}>
        {open && <DataTable {...table()} />}
      </Dialog>
    </>
  );
}
