// What this device can do and whether the arithmetic is right on it: for the curious, and for bug reports.
import { useEffect, useState } from 'react';
import { adapterText } from '../../components/adapterText';
import { Button } from '../../components/Button';
import { formatCompact } from '../../components/format';
import { Select } from '../../components/Select';
import { t } from '../../components/text';
import type { BackendChoice, DeviceReport } from '../../engine/device';
import { objectives } from '../../engine/objectives';
import { openDevice } from '../../stores/device';
import { useDevice, useRuns, useSettings } from '../../stores/hooks';
import { notify, sentence } from '../../stores/notices';
import { changeSettings } from '../../stores/settings';
import { noteText } from './notes';
import { reportText } from './report';
import { checkObjective, TOLERANCE, type ObjectiveCheck } from './selfCheck';
import styles from './checks.module.css';

/** Checks the objectives one in each task, so that the page stays free; each round with other numbers. */
function useObjectiveChecks(): { checks: readonly ObjectiveCheck[]; done: boolean; again: () => void } {
  const [round, setRound] = useState(0);
  const [found, setFound] = useState<{ readonly round: number; readonly checks: readonly ObjectiveCheck[] }>({ round, checks: [] });
  useEffect(() => {
    const queue = Object.keys(objectives);
    const checks: ObjectiveCheck[] = [];
    let timer: ReturnType<typeof setTimeout>;
    const next = (): void => {
      const id = queue.shift();
      if (id === undefined) return;
      checks.push(checkObjective(id, 11 + round));
      setFound({ round, checks: [...checks] });
      timer = setTimeout(next, 0);
    };
    timer = setTimeout(next, 0);
    return () => clearTimeout(timer);
  }, [round]);
  const checks = found.round === round ? found.checks : [];
  return { checks, done: checks.length === Object.keys(objectives).length, again: () => setRound((n) => n + 1) };
}

function kernelsText(kernels: 'fused' | 'composed'): string {
  return kernels === 'fused' ? t('fused, in agreement with TensorFlow.js on this device') : t('composed of TensorFlow.js operations');
}

function DeviceSection({ report }: { readonly report: DeviceReport }) {
  const facts: [string, string][] = [
    [t('Adapter'), adapterText(report)],
    [t('Backend'), report.backend],
    [t('Kind'), report.software ? t('the processor imitates a GPU') : report.backend === 'webgpu' ? t('a GPU') : t('the processor')],
    ...(report.kernels === undefined ? [] : [[t('Kernels'), kernelsText(report.kernels)] satisfies [string, string]]),
    [t('Vendor'), report.vendor || '–'],
    [t('Architecture'), report.architecture || '–'],
    [t('Description'), report.description || '–'],
  ];
  return (
    <>
      {report.notes.length > 0 && (
        <ul className={styles.notes}>
          {report.notes.map((note) => (
            <li key={note}>{noteText(note)}</li>
          ))}
        </ul>
      )}
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h4>{t('Features')}</h4>
      <p className={styles.features}>{report.features.length === 0 ? t('none') : report.features.join(' · ')}</p>
      {Object.keys(report.limits).length > 0 && (
        <>
          <h4>{t('Limits')}</h4>
          <dl className={styles.facts}>
            {Object.entries(report.limits).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{new Intl.NumberFormat('en').format(value)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <h4>{t('Versions')}</h4>
      <dl className={styles.facts}>
        {Object.entries(report.versions).map(([name, version]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{version}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function ChecksPage() {
  const device = useDevice();
  const backend = useSettings((state) => state.backend);
  const busy = useRuns((state) => state.activeId !== undefined);
  const { checks, done, again } = useObjectiveChecks();
  const passed = checks.filter((check) => check.passed).length;

  const copy = async (): Promise<void> => {
    const text = reportText(device.status === 'open' ? device.report : undefined, checks, navigator.userAgent);
    try {
      await navigator.clipboard.writeText(text);
      notify('plain', sentence('The report is copied.'));
    } catch {
      notify('problem', sentence('The browser does not let the page copy the report.'));
    }
  };
  const choose = (choice: BackendChoice): void => {
    changeSettings({ backend: choice });
    openDevice(choice);
  };

  return (
    <div className={styles.page}>
      <h2 className="visually-hidden">{t('Checks')}</h2>
      <section className={styles.panel} aria-labelledby="checks-device">
        <div className={styles.head}>
          <h3 id="checks-device">{t('Device')}</h3>
          <Button kind="quiet" onPress={() => void copy()}>
            {t('Copy report')}
          </Button>
        </div>
        <div className={styles.choice}>
          <Select
            label={t('Run on')}
            value={backend}
            isDisabled={busy}
            onChange={choose}
            options={[
              { id: 'auto', name: t('the best there is'), description: t('WebGPU on a real GPU, else WASM, else plain JavaScript.') },
              { id: 'webgpu', name: 'WebGPU', description: t('Also where the processor imitates a GPU, which is slow.') },
              { id: 'wasm', name: 'WASM', description: t('The processor, with its vector instructions.') },
              { id: 'cpu', name: t('Plain JavaScript'), description: t('Slowest, and works everywhere.') },
            ]}
          />
          {busy && <p className={styles.note}>{t('A run is under way; stop it to change the device.')}</p>}
        </div>
        {device.status === 'opening' && <p className={styles.note}>{t('Looking for a device …')}</p>}
        {device.status === 'failed' && (
          <p className={styles.bad} role="alert">
            {t(device.problem.template, device.problem.values)}
          </p>
        )}
        {device.status === 'open' && <DeviceSection report={device.report} />}
      </section>
      <section className={styles.panel} aria-labelledby="checks-objectives">
        <div className={styles.head}>
          <h3 id="checks-objectives">{t('Objectives')}</h3>
          <span className={styles.note} role="status">
            {done ? t('{passed} of {count} passed', { passed, count: checks.length }) : t('checking …')}
          </span>
          <Button kind="quiet" isDisabled={!done} onPress={again}>
            {t('Check again')}
          </Button>
        </div>
        <p className={styles.note}>
          {t('Each objective is compiled here and its derivatives are compared with finite differences of its loss; they may differ by {tolerance}.', {
            tolerance: formatCompact(TOLERANCE),
          })}
        </p>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('Objective')}</th>
              <th scope="col">{t('Largest difference')}</th>
              <th scope="col">{t('Result')}</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <tr key={check.id}>
                <th scope="row">{check.name}</th>
                <td>{check.failure ?? formatCompact(check.difference, 2)}</td>
                <td className={check.passed ? undefined : styles.bad}>{check.passed ? t('passed') : t('failed')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
