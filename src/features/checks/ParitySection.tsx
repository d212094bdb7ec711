// Twenty steps on this device beside the same steps on another backend: lines and markers that should lie on each other.
import { ChartFigure } from '../../components/chart/ChartFigure';
import { Chart } from '../../components/chart/Chart';
import { looksOf } from '../../components/chart/palette';
import type { Series } from '../../components/chart/series';
import type { TableContent } from '../../components/DataTable';
import { formatCompact, formatError, formatFixed } from '../../components/format';
import { t } from '../../components/text';
import { PARITY_TOLERANCE, type BackendName, type DeviceReport, type Parity } from '../../engine/device';
import { objectives } from '../../engine/objectives';
import { useChecks } from '../../stores/hooks';
import { ExamHead } from './ExamHead';
import styles from './checks.module.css';

export function backendText(name: BackendName): string {
  switch (name) {
    case 'webgpu':
      return 'WebGPU';
    case 'wasm':
      return 'WASM';
    case 'cpu':
      return t('Plain JavaScript');
  }
}

const nameOf = (objective: string): string => objectives[objective]?.name ?? objective;

function seriesOf({ backends, objectives: ids, losses }: Parity): Series[] {
  const looks = looksOf(ids);
  return backends.flatMap((backend, b) =>
    ids.map(
      (id, k): Series => ({
        id: `${id} ${backend}`,
        // The lines bear their objective's name; the key says which backend they are.
        label: b === 0 ? nameOf(id) : `${nameOf(id)}, ${backendText(backend)}`,
        ...looks[k]!,
        dashed: false,
        past: false,
        pointsOnly: b === 1,
        steps: losses[b]![k]!.map((_, i) => i + 1),
        mean: losses[b]![k]!,
        stops: [],
      }),
    ),
  );
}

function tableOf({ backends, objectives: ids, losses }: Parity): TableContent {
  return {
    caption: t('mean loss of a batch'),
    columns: [t('Step'), ...ids.flatMap((id) => backends.map((backend) => `${nameOf(id)}, ${backendText(backend)}`))],
    rows: losses[0]![0]!.map((_, step) => [
      String(step + 1),
      ...ids.flatMap((_, k) => losses.map((ofBackend) => formatFixed(ofBackend[k]![step], 6))),
    ]),
  };
}

function Found({ parity }: { readonly parity: Parity }) {
  const [here, there] = parity.backends.map(backendText) as [string, string];
  const steps = parity.losses[0]![0]!.length;
  const title = t('Loss over {steps} steps', { steps });
  return (
    <>
      <ChartFigure size="free" title={title} unit={t('mean loss of a batch')} table={() => tableOf(parity)}>
        <div className={styles.parity}>
          <Chart big name={title} series={seriesOf(parity)} steps={steps} digits={6} />
        </div>
      </ChartFigure>
      <p className={styles.key}>
        <svg viewBox="0 0 20 10" aria-hidden="true">
          <path d="M0 5h20" fill="none" stroke="currentColor" strokeWidth="2" />
        </svg>
        <span>{here}</span>
        <svg viewBox="-10 -5 20 10" aria-hidden="true">
          <circle r="3.4" fill="currentColor" />
        </svg>
        <span>{there}</span>
      </p>
      <dl className={styles.facts}>
        <div>
          <dt>{t('Largest relative difference')}</dt>
          <dd {...(parity.passed ? {} : { className: styles.bad })}>
            {formatError(parity.difference)} · {parity.passed ? t('passed') : t('failed')}
          </dd>
        </div>
      </dl>
    </>
  );
}

export function ParitySection({ report }: { readonly report: DeviceReport }) {
  const parity = useChecks((state) => state.parity[report.adapter]);
  const other = backendText(report.backend === 'wasm' ? 'cpu' : 'wasm');
  return (
    <section className={styles.panel} aria-labelledby="checks-parity">
      <ExamHead
        exam="parity"
        id="checks-parity"
        title={t('Parity')}
        ask={parity === undefined ? t('Run') : t('Run again')}
        standing={parity === undefined ? undefined : parity.passed ? t('passed') : t('failed')}
      />
      <p className={styles.note}>
        {t('Twenty training steps of four objectives on {here}, and the same from the same start on {there}. No loss, log-probability or gradient norm may differ by more than {tolerance} of itself.', {
          here: backendText(report.backend),
          there: other,
          tolerance: formatCompact(PARITY_TOLERANCE),
        })}
      </p>
      {parity !== undefined && <Found parity={parity} />}
    </section>
  );
}
