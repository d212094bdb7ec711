// Addresses, all behind the hash, by which one feature leads to another. `name` is a stored dataset's id or the name of one
// that ships.
import type { Row } from '../storage/pairs/protocol';

export const datasetLink = (name: string): string => `#/pairs/data/${encodeURIComponent(name)}`;

/** Sets up a dataset, or one pair of it, to be revised; it says not whom to ask, and starts nothing. */
export const reviseDatasetLink = (name: string, row?: Row): string => `#/revise/data/${encodeURIComponent(name)}${row === undefined ? '' : `/${row}`}`;

export function goTo(link: string): void {
  window.location.hash = link;
}
