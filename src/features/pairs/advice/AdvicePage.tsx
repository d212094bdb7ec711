// Which variant of APO? For a dataset and a model: what is measured, what the paper's rule makes of it, and the run that
// puts the advice to the test.
import { useEffect, useState } from 'react';
import { Button } from '../../../components/Button';
import { formatChange, formatFixed } from '../../../components/format';
import { Progress } from '../../../components/Progress';
import { t } from '../../../components/text';
import type { Advice } from '../../../lab/study/adviser';
import type { Interval } from '../../../lab/study/statistics';
import { shippedDatasets, type ShippedDataset } from '../../../lab/assets';
import type { DatasetInfo } from '../../../storage/pairs/protocol';
import { askAdvice, cancelAdvice, chooseAdvised, openAdvice, setUpTest, type Advised } from '../../../stores/advice';
import { isShippedCopy, openShipped } from '../../../stores/datasets';
import { useAdvice, useRuns } from '../../../stores/hooks';
import { sentenceOf, type Sentence } from '../../../stores/notices';
import { services } from '../../../stores/services';
import { storedName } from '../../../stores/storedPairs';
import { datasetLink, goTo, listLink } from '../links';
import { modelText } from '../making/MadeNote';
import styles from '../making/making.module.css';
import { ModelChoice } from '../making/ModelChoice';
import { datasetTitle } from '../words';

function heading(advice: Advice['advice']): string {
  switch (advice) {
    case 'apo_zero':
      return t('APO-zero');
    case 'apo_down':
      return t('APO-down');
    case 'neither':
      return t('Neither is called for');
  }
}

function Measure({ name, value, change = false }: { readonly name: string; readonly value: Interval | undefined; readonly change?: boolean }) {
  if (value === undefined || !Number.isFinite(value.mean)) return null;
  const show = (one: number): string => (change ? formatChange(one, 2) : formatFixed(one, 2));
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {show(value.mean)}
        <span className={styles.interval}>{t('{low} to {high}', { low: show(value.low), high: show(value.high) })}</span>
      </td>
    </tr>
  );
}

function Answer({ advised, name, info }: { readonly advised: Advised; readonly name: string; readonly info: DatasetInfo }) {
  const { advice, pairs, known, model } = advised;
  return (
    <section className={styles.card} aria-labelledby="advice-answer">
      <h3 id="advice-answer">{heading(advice.advice)}</h3>
      <div className={styles.said} role="status">
        {advice.reasons.map(({ template, values }, i) => (
          <p key={i}>{t(template, values)}</p>
        ))}
        {known < pairs && (
          <p>
            {t('The town knows the prompts of {known} of {pairs} pairs. Only of these can answers be scored; of the others it is told how likely the winners are, not how good.', { known, pairs })}
          </p>
        )}
      </div>
      <div className={styles.tables}>
        <table className={styles.table}>
          <caption>
            {t('{count, plural, one {# held-out pair} other {# held-out pairs}}, one answer of {model} to each prompt; 95 % intervals', { count: pairs, model: modelText({ model }) })}
          </caption>
          <tbody>
            <Measure name={t('Winners less own answers, gold score')} value={advice.winnerOverOwn} change />
            <Measure name={t('Share of prompts whose winner is better')} value={advice.better} />
            <Measure name={t('Share of prompts whose winner is worse')} value={advice.worse} />
            <Measure name={t('Winners less losers, gold score')} value={advice.winnerOverLoser} change />
            <Measure name={t('Jaccard of words')} value={advice.wordJaccard} />
            <Measure name={t('Winners less own answers, nats a token')} value={advice.likelihood} change />
          </tbody>
        </table>
      </div>
      <div className={styles.buttons}>
        <Button
          kind="primary"
          onPress={() => {
            setUpTest(isShippedCopy(info) ? name : storedName(info.id), info, model);
            goTo('#/compare');
          }}
        >
          {t('Put it to the test: both variants on this dataset')}
        </Button>
        <a href="#/paper">{t('How often the advice was right')}</a>
      </div>
    </section>
  );
}

export function AdvicePage({ name }: { readonly name: string }) {
  const { from, share, problem, advised } = useAdvice((state) => state);
  const busy = useRuns((state) => state.activeId !== undefined);
  const [info, setInfo] = useState<DatasetInfo>();
  const [missing, setMissing] = useState<Sentence>();
  useEffect(() => {
    const find = async (): Promise<void> => {
      const shipped = shippedDatasets.find((one): one is ShippedDataset => one === name);
      const found = shipped ? await openShipped(shipped) : (await services().data.ask({ type: 'open', dataset: name })).info;
      openAdvice(found.id);
      setInfo(found);
    };
    find().catch((error: unknown) => setMissing(sentenceOf(error)));
  }, [name]);
  const told = missing ?? problem;
  return (
    <div className={styles.page}>
      <nav aria-label={t('Where you are')} className={styles.crumbs}>
        <a href={listLink}>{t('Datasets')}</a>
        <span aria-hidden="true">›</span>
        {info !== undefined && (
          <>
            <a href={datasetLink(name)}>{datasetTitle(info)}</a>
            <span aria-hidden="true">›</span>
          </>
        )}
        <h2>{t('Which variant of APO?')}</h2>
      </nav>
      <p className={styles.intro}>
        {t('The paper’s rule: where winners are better than what the model says itself, APO-zero pulls towards them; where the model is better already, APO-down learns the difference and keeps its distance. Measured here, for this dataset and a model of yours.')}
      </p>
      {told !== undefined && (
        <p className={styles.problem} role="alert">
          {t(told.template, told.values)}
        </p>
      )}
      {info !== undefined && (
        <section className={styles.card} aria-labelledby="advice-ask">
          <h3 id="advice-ask">{t('Ask')}</h3>
          <ModelChoice from={from} onChange={chooseAdvised} />
          {share === undefined ? (
            <div className={styles.buttons}>
              <Button kind="primary" isDisabled={busy} onPress={() => void askAdvice()}>
                {t('Measure')}
              </Button>
            </div>
          ) : (
            <div className={styles.running}>
              <Progress label={t('Measuring winners and own answers')} value={share} max={1} />
              <Button onPress={cancelAdvice}>{t('Cancel')}</Button>
            </div>
          )}
          {busy && <p className={styles.note}>{t('A run is being trained; wait for its end, or stop it under Compare.')}</p>}
        </section>
      )}
      {advised !== undefined && info !== undefined && <Answer advised={advised} name={name} info={info} />}
    </div>
  );
}
