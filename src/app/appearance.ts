// Carries theme and language from the settings to the document. Started before the first paint, so nothing flashes.
import { chooseLocale } from '../components/text';
import { settingsStore, type Settings, type Theme } from '../stores/settings';

/** The theme to show: `system` follows the device. */
export function resolveTheme(theme: Theme, prefersDark: boolean): Exclude<Theme, 'system'> {
  return theme === 'system' ? (prefersDark ? 'dark' : 'light') : theme;
}

export function followSettings(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = ({ theme, locale }: Settings): void => {
    document.documentElement.dataset.theme = resolveTheme(theme, dark.matches);
    document.documentElement.lang = locale;
    chooseLocale(locale);
  };
  apply(settingsStore.getState());
  settingsStore.subscribe(apply);
  dark.addEventListener('change', () => apply(settingsStore.getState()));
}
