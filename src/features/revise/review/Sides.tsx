// Original, revision and the person's own edit, beside each other or as one text, with what was changed marked.
import { useMemo } from 'react';
import { DiffText } from '../../../components/diff/DiffText';
import { InlineDiffText } from '../../../components/diff/InlineDiffText';
import { wordDiff } from '../../../components/diff/wordDiff';
import { t } from '../../../components/text';
import styles from './review.module.css';

export type Layout = 'beside' | 'inline';

export interface SidesProps {
  readonly original: string;
  readonly revision: string;
  /** Absent where the person changed nothing. */
  readonly edit: string | undefined;
  readonly layout: Layout;
  /** Whether a better side is made out of a worse one, or the other way round. */
  readonly worse: boolean;
}

function Beside({ original, revision, edit, worse }: SidesProps) {
  const diff = useMemo(() => wordDiff(edit ?? revision, original), [original, revision, edit]);
  const between = useMemo(() => (edit === undefined ? diff : wordDiff(revision, original)), [diff, original, revision, edit]);
  return (
    <div className={styles.sides} data-columns={edit === undefined ? 2 : 3}>
      <div className={styles.side} data-side={worse ? 'chosen' : 'rejected'}>
        <h3>{worse ? t('Original, chosen') : t('Original, rejected')}</h3>
        <p>
          <DiffText parts={diff.rejected} side="rejected" />
        </p>
      </div>
      <div className={styles.side} data-side={worse ? 'rejected' : 'chosen'}>
        <h3>{worse ? t('Revision, to be rejected') : t('Revision, to be chosen')}</h3>
        <p>
          <DiffText parts={between.chosen} side="chosen" />
        </p>
      </div>
      {edit !== undefined && (
        <div className={styles.side} data-side={worse ? 'rejected' : 'chosen'}>
          <h3>{t('Your edit')}</h3>
          <p>
            <DiffText parts={diff.chosen} side="chosen" />
          </p>
        </div>
      )}
    </div>
  );
}

function Inline({ original, revision, edit }: SidesProps) {
  return (
    <div className={styles.sides} data-columns={edit === undefined ? 1 : 2}>
      <div className={styles.side}>
        <h3>{t('From the original to the revision')}</h3>
        <p>
          <InlineDiffText before={original} after={revision} />
        </p>
      </div>
      {edit !== undefined && (
        <div className={styles.side}>
          <h3>{t('From the revision to your edit')}</h3>
          <p>
            <InlineDiffText before={revision} after={edit} />
          </p>
        </div>
      )}
    </div>
  );
}

export function Sides(props: SidesProps) {
  return props.layout === 'beside' ? <Beside {...props} /> : <Inline {...props} />;
}
