// The shell around every view: header, the view itself, messages, shortcuts.
import { lazy, Suspense, useEffect, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { t, useLocale } from '../components/text';
import { Workbench } from '../features/compare/Workbench';
import { Announcer } from './Announcer';
import { ErrorBoundary } from './ErrorBoundary';
import { Header } from './Header';
import { Notices } from './Notices';
import { usePath, useView, type View } from './route';
import { listenForShortcuts } from './shortcuts';
import { ShortcutsDialog } from './ShortcutsDialog';
import styles from './app.module.css';

// The first screen does not wait for what is behind the other views.
const ChecksPage = lazy(async () => ({ default: (await import('../features/checks/ChecksPage')).ChecksPage }));
const PaperPage = lazy(async () => ({ default: (await import('../features/paper/PaperPage')).PaperPage }));
const PairsPage = lazy(async () => ({ default: (await import('../features/pairs/PairsPage')).PairsPage }));
const RevisePage = lazy(async () => ({ default: (await import('../features/revise/RevisePage')).RevisePage }));
const TheoryPage = lazy(async () => ({ default: (await import('../features/theory/TheoryPage')).TheoryPage }));

function Page({ view }: { readonly view: View }) {
  const path = usePath();
  switch (view) {
    case 'compare':
      return <Workbench />;
    case 'pairs':
      return <PairsPage path={path} />;
    case 'revise':
      return <RevisePage path={path} />;
    case 'theory':
      return <TheoryPage />;
    case 'paper':
      return <PaperPage />;
    case 'checks':
      return <ChecksPage />;
  }
}

export function App() {
  // Everything below is drawn anew in the new language; nothing is thrown away.
  const locale = useLocale();
  const view = useView();
  const [help, setHelp] = useState(false);
  useEffect(() => listenForShortcuts(() => setHelp(true)), []);
  return (
    <I18nProvider locale={locale}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          // The hash belongs to the views, so the jump is made by hand.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {t('Skip to the content')}
      </a>
      <Header view={view} onHelp={() => setHelp(true)} />
      <main id="main" tabIndex={-1} className={styles.main}>
        <ErrorBoundary key={view}>
          <Suspense fallback={null}>
            <Page view={view} />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Notices />
      <Announcer />
      <ShortcutsDialog isOpen={help} onClose={() => setHelp(false)} />
    </I18nProvider>
  );
}
