// The benchmark of this device: the lab's training step against the same step in stock TensorFlow.js, and what more
// policies and a cache make of it. Only what was measured here is shown.
import { formatDate, formatDuration, formatFixed } from '../../components/format';
import { t, useLocale } from '../../components/text';
import type { DeviceReport } from '../../engine/device';
import type { BenchmarkProgress, BenchmarkReport, SizeReport } from '../../lab/benchmark/report';
import type { PendingExam } from '../../stores/checks';
import { useChecks } from '../../stores/hooks';
import { ExamHead } from './ExamHead';
import { formatMs, formatRate, formatTimes } from './figures';
import styles from './checks.module.css';

const sizeNames = ['small', 'town'] as const;
type SizeName = (typeof sizeNames)[number];

function sizeText(name: SizeName): string {
  return name === 'small' ? t('a small model') : t('the shipped model');
}

function stageText(stage: BenchmarkProgress['stage'] | undefined): string {
  switch (stage) {
    case 'small':
    case 'town':
      return t('a training step of {model}', { model: sizeText(stage) });
    case 'policies':
      return t('several policies at once');
    case 'sampling':
      return t('sampling');
    case 'kernels':
      return t('each kernel');
    case undefined:
      return t('starting');
  }
}

/** What is timed now and, once there is something to go by, about how long the rest will take. */
function underWay({ stage, share, msLeft }: PendingExam): string {
  const parts = [`${formatFixed(100 * share, 0)} %`, stageText(stage)];
  return [...parts, ...(msLeft === undefined ? [] : [t('about {time} left', { time: formatDuration(msLeft) })])].join(' · ');
}

function shapeText({ model, sequences, tokensPerSequence, policies }: SizeReport): string {
  const shape = { layers: model.num_hidden_layers, width: model.hidden_size, sequences, tokens: tokensPerSequence };
  return [
    t('{layers} layers, width {width}, {sequences} × {tokens} tokens', shape),
    t('{count, plural, one {# policy} other {# policies}}', { count: policies }),
  ].join(', ');
}

function Steps({ report }: { readonly report: BenchmarkReport }) {
  const found = sizeNames.flatMap((name) => (report.sizes[name] === undefined ? [] : [{ name, size: report.sizes[name] }]));
  return (
    <>
      <h4 id="benchmark-steps">{t('A training step, median milliseconds')}</h4>
      <table className={`${styles.table} ${styles.numbers}`} aria-labelledby="benchmark-steps">
        <thead>
          <tr>
            <th scope="col">{t('Model')}</th>
            <th scope="col">{t('the lab')}</th>
            <th scope="col">{t('stock TensorFlow.js')}</th>
            <th scope="col">{t('ratio')}</th>
          </tr>
        </thead>
        <tbody>
          {found.map(({ name, size }) => (
            <tr key={name}>
              <th scope="row">
                {sizeText(name)}
                <span className={styles.small}>{shapeText(size)}</span>
              </th>
              <td>{formatMs(size.ours)}</td>
              <td>{formatMs(size.stockTfjs)}</td>
              <td>{formatTimes(size.timesStockTfjs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.map(
        ({ name, size }) =>
          size.dispatches !== null &&
          size.submits !== null && (
            <p className={styles.note} key={name}>
              {t('A step of {model} costs {dispatches} dispatches in {submits, plural, one {# submit} other {# submits}}.', {
                model: sizeText(name),
                dispatches: size.dispatches,
                submits: size.submits,
              })}
            </p>
          ),
      )}
      {report.failures.map(({ contender, size, reason }) => (
        <p className={styles.note} key={`${contender} ${size}`}>
          {t('Stock TensorFlow.js could not take a step of {model}: {reason}', { model: sizeText(size), reason })}
        </p>
      ))}
    </>
  );
}

function Policies({ report }: { readonly report: BenchmarkReport }) {
  if (report.policies.length === 0) return null;
  return (
    <>
      <h4 id="benchmark-policies">{t('Policies trained at once, a small model')}</h4>
      <table className={`${styles.table} ${styles.numbers}`} aria-labelledby="benchmark-policies">
        <thead>
          <tr>
            <th scope="col">{t('Policies')}</th>
            <th scope="col">{t('a step, ms')}</th>
            <th scope="col">{t('against one policy')}</th>
          </tr>
        </thead>
        <tbody>
          {report.policies.map(({ K, ours, timesOne }) => (
            <tr key={K}>
              <th scope="row">{K}</th>
              <td>{formatMs(ours)}</td>
              <td>{formatTimes(timesOne)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Sampling({ report }: { readonly report: BenchmarkReport }) {
  if (report.sampling === null) return null;
  const { promptTokens, tokens, withCache, withoutCache, timesWithout } = report.sampling;
  return (
    <>
      <h4 id="benchmark-sampling">{t('Sampling {tokens} tokens after a prompt of {promptTokens}', { tokens, promptTokens })}</h4>
      <table className={`${styles.table} ${styles.numbers}`} aria-labelledby="benchmark-sampling">
        <thead>
          <tr>
            <th scope="col">{t('Tokens a second')}</th>
            <th scope="col">{t('with the cache')}</th>
            <th scope="col">{t('without it')}</th>
            <th scope="col">{t('ratio')}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t('the shipped model')}</th>
            <td>{formatRate(withCache)}</td>
            <td>{formatRate(withoutCache)}</td>
            <td>{formatTimes(timesWithout)}</td>
          </tr>
        </tbody>
      </table>
    </>
  );
}

function Found({ report }: { readonly report: BenchmarkReport }) {
  const locale = useLocale();
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  return (
    <>
      <p className={styles.note}>
        {[report.adapter, report.runtime, ...versions, formatDate(Date.parse(report.date), locale)].join(' · ')}
      </p>
      {report.software && <p className={styles.note}>{t('A processor imitates the GPU here, so these times say nothing about GPUs.')}</p>}
      <Steps report={report} />
      <Policies report={report} />
      <Sampling report={report} />
    </>
  );
}

export function BenchmarkSection({ device }: { readonly device: DeviceReport }) {
  const report = useChecks((state) => state.benchmark[device.adapter]);
  const pending = useChecks((state) => (state.pending?.exam === 'benchmark' ? state.pending : undefined));
  return (
    <section className={styles.panel} aria-labelledby="checks-benchmark">
      <ExamHead
        exam="benchmark"
        id="checks-benchmark"
        title={t('Benchmark')}
        ask={report === undefined ? t('Run') : t('Run again')}
        {...(pending && { progress: underWay(pending) })}
      />
      <p className={styles.note}>
        {t('A training step against the same step in stock TensorFlow.js, taken in turn on this device; then more policies at once, and sampling with and without its cache. On a processor it takes some minutes. Other work on the machine shows in the figures, and whatever else is asked of the lab ends it.')}
      </p>
      {report !== undefined && <Found report={report} />}
    </section>
  );
}
