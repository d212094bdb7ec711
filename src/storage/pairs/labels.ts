// What a change is called where it can be undone, in a sentence to be translated.
import { remark, type Remark } from '../../engine/errors';
import type { SplitRule } from './splitRule';

export const labels = {
  create: (): Remark => remark('Make the dataset'),
  import: (count: number): Remark => remark('Import {count, plural, one {# pair} other {# pairs}}', { count }),
  edit: (): Remark => remark('Edit a pair'),
  add: (count: number): Remark => remark('Add {count, plural, one {# pair} other {# pairs}}', { count }),
  duplicate: (count: number): Remark => remark('Duplicate {count, plural, one {# pair} other {# pairs}}', { count }),
  swap: (count: number): Remark => remark('Swap the sides of {count, plural, one {# pair} other {# pairs}}', { count }),
  remove: (count: number): Remark => remark('Delete {count, plural, one {# pair} other {# pairs}}', { count }),
  tag: (count: number): Remark => remark('Change the tags of {count, plural, one {# pair} other {# pairs}}', { count }),
  move: (count: number): Remark => remark('Move {count, plural, one {# pair} other {# pairs}} to another dataset', { count }),
  copy: (count: number): Remark => remark('Copy {count, plural, one {# pair} other {# pairs}} to another dataset', { count }),
  split: (count: number): Remark => remark('Change the split of {count, plural, one {# pair} other {# pairs}}', { count }),
  resplit: ({ heldOutShare, seed }: SplitRule): Remark => remark('Split anew: {percent} % held out, seed {seed}', { percent: Math.round(heldOutShare * 1000) / 10, seed }),
  rename: (): Remark => remark('Rename the dataset'),
  delete: (): Remark => remark('Delete the dataset'),
} as const;
