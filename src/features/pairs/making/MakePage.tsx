// Making a dataset: which kind, from whose answers, how large, by what judge; how far it has come; then it opens.
import { useEffect, useRef } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { JudgeFaults } from '../../../components/judge/JudgeFaults';
import { kindSentence, kindTitle } from '../../../components/datasetKinds';
import { NumberInput } from '../../../components/NumberInput';
import { t } from '../../../components/text';
import { datasetKinds, isDatasetKind, isJudged } from '../../../lab/making/spec';
import { useMaking } from '../../../stores/hooks';
import { changeMaking, MOST_PAIRS } from '../../../stores/making';
import { listLink } from '../links';
import { ModelChoice } from './ModelChoice';
import { RunMaking } from './RunMaking';
import styles from './making.module.css';

function Kinds() {
  const kind = useMaking((state) => state.choice.kind);
  return (
    <RadioGroup className={styles.kinds!} aria-label={t('Kind')} value={kind} onChange={(next) => isDatasetKind(next) && changeMaking({ kind: next })}>
      {datasetKinds.map((one) => (
        <Radio key={one} value={one} className={styles.kind!}>
          <span className={styles.dot} aria-hidden="true" />
          <span>
            <span className={styles.kindName}>{kindTitle(one)}</span>
            <span className={styles.note}>{kindSentence(one)}</span>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}

export function MakePage() {
  const choice = useMaking((state) => state.choice);
  const stage = useMaking((state) => state.stage);
  const onPage = useRef(true);
  useEffect(() => {
    onPage.current = true;
    return () => {
      onPage.current = false;
    };
  }, []);
  return (
    <div className={styles.page}>
      <nav aria-label={t('Where you are')} className={styles.crumbs}>
        <a href={listLink}>{t('Datasets')}</a>
        <span aria-hidden="true">›</span>
        <h2>{t('Make a dataset')}</h2>
      </nav>
      <p className={styles.intro}>
        {t('The paper’s datasets, made here: prompts of the town, answers sampled from a model, then revised or judged. All kinds ask the same prompts for the same seed, so that they differ in how they were made alone.')}
      </p>
      <fieldset className={styles.columns} disabled={stage !== 'choosing'}>
        <section className={styles.card} aria-labelledby="making-kind">
          <h3 id="making-kind">{t('What kind')}</h3>
          <Kinds />
        </section>
        <div className={styles.column}>
          <section className={styles.card} aria-labelledby="making-size">
            <h3 id="making-size">{t('From what, and how much')}</h3>
            <ModelChoice
              from={choice.from}
              onChange={(from) => changeMaking({ from })}
              {...((choice.kind === 'off_policy' || choice.kind === 'off_policy_weak') && {
                note: t('Neither side is this model’s own; its answers only decide which prompts give a pair, as in every kind.'),
              })}
            />
            <div className={styles.three}>
              <NumberInput label={t('For training')} value={choice.train} min={1} max={MOST_PAIRS} whole step={16} onChange={(train) => changeMaking({ train })} />
              <NumberInput label={t('Held-out')} value={choice.heldOut} min={1} max={MOST_PAIRS} whole step={16} onChange={(heldOut) => changeMaking({ heldOut })} />
              <NumberInput label={t('Seed')} value={choice.seed} min={0} max={0xffffffff} whole step={1} onChange={(seed) => changeMaking({ seed })} />
            </div>
          </section>
          {isJudged(choice.kind) && (
            <section className={styles.card} aria-labelledby="making-judge">
              <h3 id="making-judge">{t('The judge')}</h3>
              <JudgeFaults value={choice.judge} onChange={(judge) => changeMaking({ judge })} />
            </section>
          )}
        </div>
      </fieldset>
      <RunMaking isOnPage={() => onPage.current} />
    </div>
  );
}
