// What this device can do and whether the arithmetic is right on it: for the curious, and for bug reports.
import { t } from '../../components/text';
import { checksStore } from '../../stores/checks';
import { useDevice } from '../../stores/hooks';
import { notify, sentence } from '../../stores/notices';
import { BenchmarkSection } from './BenchmarkSection';
import { DeviceSection } from './DeviceSection';
import { KernelsSection } from './KernelsSection';
import { ObjectivesSection, useObjectiveChecks } from './ObjectivesSection';
import { ParitySection } from './ParitySection';
import { reportText } from './report';
import styles from './checks.module.css';

export function ChecksPage() {
  const device = useDevice();
  const objectives = useObjectiveChecks();
  const report = device.status === 'open' ? device.report : undefined;

  const copy = async (): Promise<void> => {
    const { kernels, parity, benchmark } = checksStore.getState();
    const text = reportText({
      device: report,
      userAgent: navigator.userAgent,
      objectives: objectives.checks,
      ...(report && { kernels: kernels[report.adapter], parity: parity[report.adapter], benchmark: benchmark[report.adapter] }),
    });
    try {
      await navigator.clipboard.writeText(text);
      notify('plain', sentence('The report is copied.'));
    } catch {
      notify('problem', sentence('The browser does not let the page copy the report.'));
    }
  };

  return (
    <div className={styles.page}>
      <h2 className="visually-hidden">{t('Checks')}</h2>
      <div className={styles.stack}>
        <DeviceSection onCopy={() => void copy()} />
        {report && <KernelsSection report={report} />}
      </div>
      <div className={styles.stack}>
        {report && <ParitySection report={report} />}
        {report && <BenchmarkSection device={report} />}
        <ObjectivesSection {...objectives} />
      </div>
    </div>
  );
}
