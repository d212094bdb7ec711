// What the review pages call states and flags, in the reader's language.
import { t } from '../../../components/text';
import type { ListFilter, ReplyFlag, ReviewState } from '../../../stores/reviewing';

export function stateName(state: ReviewState): string {
  switch (state) {
    case 'waiting':
      return t('Waiting');
    case 'review':
      return t('To review');
    case 'flagged':
      return t('Flagged');
    case 'failed':
      return t('Failed');
    case 'accepted':
      return t('Accepted');
    case 'edited':
      return t('Accepted, edited');
    case 'rejected':
      return t('Rejected');
  }
}

/** A flag in a word or two, for lists. */
export function flagShort(flag: ReplyFlag): string {
  switch (flag) {
    case 'no_marks':
      return t('No revision found');
    case 'empty':
      return t('Empty');
    case 'refused':
      return t('Refused');
    case 'truncated':
      return t('Cut off');
    case 'unchanged':
      return t('Unchanged');
    case 'too_different':
      return t('Too different');
    case 'alludes':
      return t('Speaks of itself');
    case 'ambiguous':
      return t('Several revisions');
    case 'no_verdict':
      return t('No verdict');
    case 'judge_refused':
      return t('Refused');
    case 'judge_truncated':
      return t('Cut off');
  }
}

/** Whom a judge preferred, for lists. */
export function winnerShort(winner: 'a' | 'b' | 'tie'): string {
  if (winner === 'tie') return t('A tie');
  return winner === 'a' ? t('Chosen is better') : t('Rejected is better');
}

export function filterName(filter: ListFilter): string {
  if (filter === 'all') return t('All');
  if (filter === 'done') return t('Accepted or edited');
  if (filter.startsWith('flag:')) return t('Flagged: {flag}', { flag: flagShort(filter.slice('flag:'.length) as ReplyFlag) });
  return stateName(filter as ReviewState);
}
