// The losses themselves: the plane of chosen and rejected reward with the gradient of any objective on it, two of them side
// by side or one less the other, the formula with its numbers, and an editor for a loss of one's own.
import { memo, useDeferredValue, useEffect } from 'react';
import { t, useLocale } from '../../components/text';
import { useTheory } from '../../stores/hooks';
import { report } from '../../stores/notices';
import { restoreTheory } from '../../stores/theory';
import { readTheoryLink, showTheory } from '../../stores/theoryLink';
import { BehaviourPanel } from './BehaviourPanel';
import { KeptLosses } from './KeptLosses';
import { LossCard } from './LossCard';
import { useBoth, useLookedAt, type LookedAt } from './looked';
import { Planes } from './Planes';
import { PointPanel, PointValues } from './PointPanel';
import { Slices } from './Slices';
import { useRunOnPlane } from './useRunOnPlane';
import styles from './theory.module.css';

/** Shows what the address asks for. It is taken once; a reload brings back what became of it. */
function takeLink(): void {
  const { hash, pathname, search } = window.location;
  if (!hash.startsWith('#/theory?')) return;
  window.history.replaceState(null, '', `${pathname}${search}#/theory`);
  const view = readTheoryLink(hash);
  if (view !== undefined) showTheory(view);
}

export function TheoryPage() {
  useEffect(() => {
    const open = (): void => {
      restoreTheory().then(takeLink).catch(report);
    };
    open();
    window.addEventListener('hashchange', open);
    return () => window.removeEventListener('hashchange', open);
  }, []);
  const view = useTheory((state) => state.view);
  const run = useRunOnPlane();
  const state = useLookedAt(run.lens);
  // Words and side lines come a moment late, so that the plane follows a slider first.
  const later = useDeferredValue(state);
  // Parts that are not drawn again for a slider must be for another language.
  const locale = useLocale();
  return (
    <div key={locale} className={styles.page}>
      <h2 className="visually-hidden">{t('Theory')}</h2>
      <div className={styles.left}>
        <LossCard side={0} title={view === 'one' ? t('Loss') : t('First loss')} />
        {view !== 'one' && <LossCard side={1} title={t('Second loss')} />}
        <KeptLosses />
      </div>
      <div className={styles.middle}>
        <Planes state={state} run={run} />
        <SlicesSection state={later} />
      </div>
      <div className={styles.right}>
        <PointPanel run={run}>
          <PointValues state={later} />
        </PointPanel>
        <WhatItDoes state={later} />
      </div>
    </div>
  );
}

interface Later {
  readonly state: LookedAt;
}

const SlicesSection = memo(function SlicesSection({ state }: Later) {
  const both = useBoth(state);
  return (
    <section className={styles.card} aria-label={t('Along one side')}>
      <Slices state={state} looked={state.view === 'one' ? both.slice(0, 1) : both} />
    </section>
  );
});

const WhatItDoes = memo(function WhatItDoes({ state }: Later) {
  const both = useBoth(state);
  return (
    <section className={styles.card} aria-label={t('What it does')}>
      <h2>{t('What it does')}</h2>
      <p className={styles.note}>{t('Computed from the loss as it stands, for one pair alone: shared weights can move held-out pairs otherwise.')}</p>
      {(state.view === 'one' ? both.slice(0, 1) : both).map((looked, i) => <BehaviourPanel key={i} looked={looked} />)}
    </section>
  );
});
