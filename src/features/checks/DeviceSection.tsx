// The device that the lab runs on: which it is, what it can do, why it is not a better one, and the choice of another.
import { adapterText } from '../../components/adapterText';
import { Button } from '../../components/Button';
import { Select } from '../../components/Select';
import { t } from '../../components/text';
import type { BackendChoice, DeviceReport } from '../../engine/device';
import { openDevice } from '../../stores/device';
import { useDevice, useRuns, useSettings } from '../../stores/hooks';
import { changeSettings } from '../../stores/settings';
import { isKernelNote, noteText } from './notes';
import styles from './checks.module.css';

function Facts({ report }: { readonly report: DeviceReport }) {
  const facts: [string, string][] = [
    [t('Adapter'), adapterText(report)],
    [t('Backend'), report.backend],
    [t('Kind'), report.software ? t('the processor imitates a GPU') : report.backend === 'webgpu' ? t('a GPU') : t('the processor')],
    [t('Vendor'), report.vendor || '–'],
    [t('Architecture'), report.architecture || '–'],
    [t('Description'), report.description || '–'],
  ];
  const notes = report.notes.filter((note) => !isKernelNote(note));
  return (
    <>
      {notes.length > 0 && (
        <ul className={styles.notes}>
          {notes.map((note) => (
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

export function DeviceSection({ onCopy }: { readonly onCopy: () => void }) {
  const device = useDevice();
  const backend = useSettings((state) => state.backend);
  const busy = useRuns((state) => state.activeId !== undefined);
  // It was not there, or was given up; choosing what is chosen already would ask for nothing.
  const lacking =
    (backend === 'auto' || backend === 'webgpu') && (device.status === 'failed' || (device.status === 'open' && device.report.backend !== 'webgpu'));
  const choose = (choice: BackendChoice): void => {
    changeSettings({ backend: choice });
    openDevice(choice);
  };
  return (
    <section className={styles.panel} aria-labelledby="checks-device">
      <div className={styles.head}>
        <h3 id="checks-device">{t('Device')}</h3>
        <Button kind="quiet" onPress={onCopy}>
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
        {lacking && (
          <Button isDisabled={busy} onPress={() => openDevice(backend)}>
            {t('Look for WebGPU again')}
          </Button>
        )}
        {busy && <p className={styles.note}>{t('A run is under way; stop it to change the device.')}</p>}
      </div>
      {device.status === 'opening' && <p className={styles.note}>{t('Looking for a device …')}</p>}
      {device.status === 'failed' && (
        <p className={styles.bad} role="alert">
          {t(device.problem.template, device.problem.values)}
        </p>
      )}
      {device.status === 'open' && <Facts report={device.report} />}
    </section>
  );
}
