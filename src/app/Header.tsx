// The bar at the top: name, views, the device the work runs on, theme and language.
import { adapterText } from '../components/adapterText';
import { MenuButton } from '../components/Menu';
import { Button } from '../components/Button';
import { locales, t, type Locale } from '../components/text';
import { useDevice, useSettings } from '../stores/hooks';
import { changeSettings, themes, type Theme } from '../stores/settings';
import type { View } from './route';
import styles from './app.module.css';

function themeName(theme: Theme): string {
  switch (theme) {
    case 'system':
      return t('As the system');
    case 'light':
      return t('Light');
    case 'dark':
      return t('Dark');
    case 'projector':
      return t('Projector');
  }
}

function DeviceBadge() {
  const device = useDevice();
  if (device.status === 'opening') return <span className={styles.device}>{t('Looking for a device …')}</span>;
  if (device.status === 'failed') {
    return (
      <a className={styles.device} href="#/checks" data-bad="">
        {t('No device')}
      </a>
    );
  }
  const { report } = device;
  return (
    <a
      className={styles.device}
      href="#/checks"
      title={t('What this device can do')}
      data-backend={report.backend}
      {...(report.software ? { 'data-software': '' } : {})}
    >
      <i aria-hidden="true" />
      {adapterText(report)}
    </a>
  );
}

export function Header({ view, onHelp }: { readonly view: View; readonly onHelp: () => void }) {
  const theme = useSettings((state) => state.theme);
  const locale = useSettings((state) => state.locale);
  return (
    <header className={styles.header}>
      <h1>{t('Alignment Lab')}</h1>
      <nav aria-label={t('Views')}>
        <a href="#/compare" aria-current={view === 'compare' ? 'page' : undefined}>
          {t('Compare')}
        </a>
        <a href="#/pairs" aria-current={view === 'pairs' ? 'page' : undefined}>
          {t('Pairs')}
        </a>
        <a href="#/revise" aria-current={view === 'revise' ? 'page' : undefined}>
          {t('Revise')}
        </a>
        <a href="#/theory" aria-current={view === 'theory' ? 'page' : undefined}>
          {t('Theory')}
        </a>
        <a href="#/paper" aria-current={view === 'paper' ? 'page' : undefined}>
          {t('Paper')}
        </a>
        <a href="#/checks" aria-current={view === 'checks' ? 'page' : undefined}>
          {t('Checks')}
        </a>
      </nav>
      <DeviceBadge />
      <div className={styles.menus}>
        <MenuButton
          label={t('Theme')}
          value={theme}
          items={themes.map((id) => ({ id, name: themeName(id) }))}
          onAction={(id) => {
            const next = themes.find((one) => one === id);
            if (next !== undefined) changeSettings({ theme: next });
          }}
        />
        <MenuButton
          label={t('Language')}
          value={locale}
          items={(Object.keys(locales) as Locale[]).map((id) => ({ id, name: locales[id] }))}
          onAction={(id) => changeSettings({ locale: id === 'ko' ? 'ko' : 'en' })}
        >
          <span lang={locale}>{locales[locale]}</span>
        </MenuButton>
        <Button kind="quiet" aria-label={t('Keyboard shortcuts')} onPress={onHelp}>
          ?
        </Button>
      </div>
    </header>
  );
}
