// Every fused kernel of this device: how far it is from its composed form, and whether it is trusted.
import { formatCompact, formatError } from '../../components/format';
import { t } from '../../components/text';
import { KERNEL_TOLERANCE, type DeviceReport, type KernelCheck } from '../../engine/device';
import type { BenchmarkReport } from '../../lab/benchmark/report';
import { useChecks } from '../../stores/hooks';
import { ExamHead } from './ExamHead';
import { formatMs } from './figures';
import { faultText } from './notes';
import styles from './checks.module.css';

interface RowProps {
  readonly check: KernelCheck;
  readonly last: KernelCheck | undefined;
  readonly ms: number | undefined;
}

function Row({ check, last, ms }: RowProps) {
  return (
    <tr>
      <th scope="row">
        <span lang="en">{check.kernel}</span>
        {check.fault !== undefined && <span className={styles.fault}>{faultText(check.fault)}</span>}
      </th>
      <td>{formatError(check.error)}</td>
      <td>{formatError(last?.error)}</td>
      <td>{formatMs(ms)}</td>
      <td {...(check.passed ? {} : { className: styles.bad })}>{check.passed ? t('passed') : t('switched off')}</td>
    </tr>
  );
}

/** What the times are of, or why there are none. */
function timesText({ features }: DeviceReport, benchmark: BenchmarkReport | undefined): string {
  if (!features.includes('timestamp-query')) return t('This device gives no timestamps, so its kernels cannot be timed one by one.');
  if (!benchmark?.profiled) return t('How long each kernel takes is found by the benchmark.');
  const { policies, sequences } = benchmark.profiled;
  return t('Times are those of one training step of the shipped model with {policies} policies and {sequences} sequences each; what only sampling needs has none.', {
    policies,
    sequences,
  });
}

function Kernels({ checks, report }: { readonly checks: readonly KernelCheck[]; readonly report: DeviceReport }) {
  const last = useChecks((state) => state.kernels[report.adapter]);
  const benchmark = useChecks((state) => state.benchmark[report.adapter]);
  const times = new Map<string, number>(benchmark?.kernels.map(({ name, ms }) => [name, ms]));
  return (
    <>
      <p className={styles.note}>
        {t('Each kernel runs here on random numbers and is compared with its composed form on the processor. It may differ by {tolerance} of the largest number; one that differs by more is switched off, and its composed form does the work.', {
          tolerance: formatCompact(KERNEL_TOLERANCE),
        })}
      </p>
      <table className={styles.table}>
        <caption className="visually-hidden">{t('Kernels')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Kernel')}</th>
            <th scope="col">{t('At the start')}</th>
            <th scope="col">{t('Last check')}</th>
            <th scope="col">{t('Time, ms')}</th>
            <th scope="col">{t('Result')}</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => (
            <Row key={check.kernel} check={check} last={last?.find(({ kernel }) => kernel === check.kernel)} ms={times.get(check.kernel)} />
          ))}
        </tbody>
      </table>
      <p className={styles.note}>{timesText(report, benchmark)}</p>
    </>
  );
}

export function KernelsSection({ report }: { readonly report: DeviceReport }) {
  const checks = report.kernelChecks;
  if (checks === undefined) {
    return (
      <section className={styles.panel} aria-labelledby="checks-kernels">
        <div className={styles.head}>
          <h3 id="checks-kernels">{t('Kernels')}</h3>
        </div>
        <p className={styles.note}>
          {t('Nothing is fused on this device: every operation is done by TensorFlow.js in its composed form. Fused kernels need WebGPU.')}
        </p>
      </section>
    );
  }
  const passed = checks.filter((check) => check.passed).length;
  return (
    <section className={styles.panel} aria-labelledby="checks-kernels">
      <ExamHead
        exam="kernels"
        id="checks-kernels"
        title={t('Kernels')}
        ask={t('Check again')}
        standing={t('{passed} of {count} passed', { passed, count: checks.length })}
      />
      <Kernels checks={checks} report={report} />
    </section>
  );
}
