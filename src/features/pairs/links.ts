// Addresses of the pairs pages, all behind the hash. `name` is a stored dataset's id or the name of one that ships.
import type { Row } from '../../storage/pairs/protocol';

export const listLink = '#/pairs';
export const importLink = '#/pairs/import';
export const datasetLink = (name: string): string => `#/pairs/data/${encodeURIComponent(name)}`;
export const pairLink = (name: string, row: Row | 'new'): string => `${datasetLink(name)}/${row}`;
export const besideLink = (first: string, second: string): string => `#/pairs/beside/${encodeURIComponent(first)}/${encodeURIComponent(second)}`;

export function goTo(link: string): void {
  window.location.hash = link;
}

/** What an address below `#/pairs` asks for. */
export type PairsPlace =
  | { readonly page: 'list' }
  | { readonly page: 'import' }
  | { readonly page: 'dataset'; readonly name: string; readonly row?: Row | 'new' }
  | { readonly page: 'beside'; readonly first: string; readonly second: string };

export function placeOf([page, name, rest]: readonly string[]): PairsPlace {
  if (page === 'import') return { page };
  if (page === 'data' && name !== undefined) {
    if (rest === 'new') return { page: 'dataset', name, row: 'new' };
    return { page: 'dataset', name, ...(rest !== undefined && /^\d{1,9}$/.test(rest) && { row: Number(rest) }) };
  }
  if (page === 'beside' && name !== undefined && rest !== undefined) return { page, first: name, second: rest };
  return { page: 'list' };
}
