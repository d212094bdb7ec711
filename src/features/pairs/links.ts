// Addresses of the pairs pages, all behind the hash. `name` is a stored dataset's id or the name of one that ships.
import { datasetLink, goTo } from '../../components/links';
import type { Row } from '../../storage/pairs/protocol';

export { datasetLink, goTo };

export const listLink = '#/pairs';
export const importLink = '#/pairs/import';
export const makeLink = '#/pairs/make';
/** What the judge of a made dataset prefers, and what policies have learnt of it. */
export const judgeLink = (id: string): string => `#/pairs/judge/${encodeURIComponent(id)}`;
/** Which variant of APO a dataset calls for. */
export const adviceLink = (name: string): string => `#/pairs/advice/${encodeURIComponent(name)}`;
export const pairLink = (name: string, row: Row | 'new'): string => `${datasetLink(name)}/${row}`;
export const besideLink = (first: string, second: string): string => `#/pairs/beside/${encodeURIComponent(first)}/${encodeURIComponent(second)}`;

/** What an address below `#/pairs` asks for. */
export type PairsPlace =
  | { readonly page: 'list' }
  | { readonly page: 'import' }
  | { readonly page: 'make' }
  | { readonly page: 'judge'; readonly id: string }
  | { readonly page: 'advice'; readonly name: string }
  | { readonly page: 'dataset'; readonly name: string; readonly row?: Row | 'new' }
  | { readonly page: 'beside'; readonly first: string; readonly second: string };

export function placeOf([page, name, rest]: readonly string[]): PairsPlace {
  if (page === 'import' || page === 'make') return { page };
  if (page === 'judge' && name !== undefined) return { page, id: name };
  if (page === 'advice' && name !== undefined) return { page, name };
  if (page === 'data' && name !== undefined) {
    if (rest === 'new') return { page: 'dataset', name, row: 'new' };
    return { page: 'dataset', name, ...(rest !== undefined && /^\d{1,9}$/.test(rest) && { row: Number(rest) }) };
  }
  if (page === 'beside' && name !== undefined && rest !== undefined) return { page, first: name, second: rest };
  return { page: 'list' };
}
