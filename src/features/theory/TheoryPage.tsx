// The losses themselves: the plane of chosen and rejected reward with the gradient of any objective on it, two of them side
// by side or one less the other, the formula with its numbers, and an editor for a loss of one's own.
import { memo, useEffect } from 'react';
import { t, useLocale } from '../../components/text';
import { useTheory } from '../../stores/hooks';
import { report } from '../../stores/notices';
import { restoreTheory, type TheoryState } from '../../stores/theory';
import { BehaviourPanel } from './BehaviourPanel';
import { LossCard } from './LossCard';
import { useBoth, useTheoryLater } from './looked';
import { Planes } from './Planes';
import { PointPanel, PointValues } from './PointPanel';
import { Slices } from './Slices';
import styles from './theory.module.css';

export function TheoryPage() {
  useEffect(() => {
    restoreTheory().catch(report);
  }, []);
  const view = useTheory((state) => state.view);
  const later = useTheoryLater();
  // Parts that are not drawn again for a slider must be for another language.
  const locale = useLocale();
  return (
    <div key={locale} className={styles.page}>
      <h2 className="visually-hidden">{t('Theory')}</h2>
      <div className={styles.left}>
        <LossCard side={0} title={view === 'one' ? t('Loss') : t('First loss')} />
        {view !== 'one' && <LossCard side={1} title={t('Second loss')} />}
      </div>
      <div className={styles.middle}>
        <Planes />
        <SlicesSection state={later} />
      </div>
      <div className={styles.right}>
        <PointPanel>
          <PointValues state={later} />
        </PointPanel>
        <WhatItDoes state={later} />
      </div>
    </div>
  );
}

interface Later {
  readonly state: TheoryState;
}

const SlicesSection = memo(function SlicesSection({ state }: Later) {
  const both = useBoth(state);
  return (
    <section className={styles.card} aria-label={t('Along one side')}>
      <Slices point={state.point} reach={state.reach} looked={state.view === 'one' ? both.slice(0, 1) : both} />
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
