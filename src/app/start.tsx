// Brings the page to life: gives the stores their services, reads settings and the link, finds the device, lists what
// is stored, and mounts the app.
import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { dataChanged } from '../stores/datasetView';
import { openDevice } from '../stores/device';
import { experimentStore, flushRecipe, replaceRecipe, restoreRecipe, startingRecipe } from '../stores/experiment';
import { flush } from '../stores/keeper';
import { readLink, type Link } from '../stores/link';
import { report } from '../stores/notices';
import { listStored } from '../stores/runActions';
import { receive } from '../stores/runEvents';
import { loadRecorded } from '../stores/recorded';
import { runsStore } from '../stores/runs';
import { provideServices, type Services } from '../stores/services';
import { settingsStore } from '../stores/settings';
import { tellWhenOvertaken } from '../stores/stepAside';
import { withOwnModels } from '../stores/ownModels';
import { withStoredPairs } from '../stores/storedPairs';
import { flushTheory } from '../stores/theory';
import { loadPreset } from '../features/compare/experiment/presets';
import { App } from './App';
import { followSettings } from './appearance';
import { viewOf } from './route';

function linkOfThisPage(): Link {
  try {
    return readLink(window.location.search, window.location.hash);
  } catch (error) {
    report(error);
    // The recipe was wrong; what else the link says still counts.
    return readLink(window.location.search, '');
  } finally {
    // A recipe is taken once; a reload brings back what became of it.
    if (window.location.hash.includes('recipe=')) {
      window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}#/${viewOf(window.location.hash)}`);
    }
  }
}

/** The link's recipe, else the last visit's, else the default preset. */
async function setUpExperiment(link: Link): Promise<void> {
  if (link.recipe !== undefined) {
    replaceRecipe(link.recipe);
    return;
  }
  if (await restoreRecipe()) return;
  // Without the preset the lab starts with what it knows by itself, which is much the same.
  const recipe = await loadPreset('default').catch(() => startingRecipe());
  if (!experimentStore.getState().chosen) experimentStore.setState({ recipe });
}

export function start(given: Services): void {
  const services = { ...given, lab: withStoredPairs(withOwnModels(given.lab, given.shelf), given.data) };
  provideServices(services);
  services.lab.subscribe(receive);
  services.data.onChange(dataChanged);
  tellWhenOvertaken();
  followSettings();
  const link = linkOfThisPage();
  openDevice(link.backend ?? settingsStore.getState().backend);
  setUpExperiment(link).catch(report);
  void listStored().then(() => {
    if (runsStore.getState().runs.length === 0) void loadRecorded(new URL('runs/fork.json', document.baseURI));
  });
  // The last second's rows and the last edit, when the tab goes away.
  const keepAll = (): void => {
    void flush();
    flushRecipe();
    flushTheory();
  };
  window.addEventListener('pagehide', keepAll);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') keepAll();
    else void listStored();
  });

  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no element with the id "root".');
  // As a transition the first render is cut into slices, between which the page can answer.
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  );
}
