// Addresses of the revise pages, all behind the hash. None of them says whom to ask or starts anything.
import type { Row } from '../../storage/pairs/protocol';

export const reviseLink = '#/revise';
export const jobLink = (id: string): string => `#/revise/job/${encodeURIComponent(id)}`;
/** What an address below `#/revise` asks for. */
export type RevisePlace =
  | { readonly page: 'setup' }
  | { readonly page: 'setup'; readonly dataset: string; readonly row?: Row }
  | { readonly page: 'job'; readonly id: string };

export function revisePlaceOf([page, name, rest]: readonly string[]): RevisePlace {
  if (page === 'job' && name !== undefined) return { page, id: name };
  if (page === 'data' && name !== undefined) return { page: 'setup', dataset: name, ...(rest !== undefined && /^\d{1,9}$/.test(rest) && { row: Number(rest) }) };
  return { page: 'setup' };
}
