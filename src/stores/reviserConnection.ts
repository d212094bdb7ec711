// Whether the chat API that is set up answers, as the last test found it. Another address, model or key makes that stale.
import { createStore } from 'zustand/vanilla';
import { localNetworkPermission, testConnection, type ConnectionReport } from '../reviser/connectionTest';
import { report } from './notices';
import { keyring } from './reviserKey';
import { addressOf, mayCall, setupStore } from './reviseSetup';

export interface ConnectionState {
  readonly pending: boolean;
  readonly report?: ConnectionReport;
}

export const connectionStore = createStore<ConnectionState>()(() => ({ pending: false }));

let asking: AbortController | undefined;

export function forgetConnection(): void {
  asking?.abort();
  asking = undefined;
  connectionStore.setState({ pending: false }, true);
}

/** Asks the model one short question; only where a person wants that. */
export async function tryConnection(): Promise<void> {
  forgetConnection();
  const mine = new AbortController();
  asking = mine;
  const setup = setupStore.getState();
  const baseUrl = addressOf(setup);
  connectionStore.setState({ pending: true });
  try {
    const found = await testConnection({
      kind: setup.kind, baseUrl, model: setup.model.trim(), key: keyring.keyFor(baseUrl),
      pageUrl: window.location.href, policyAllows: mayCall, permission: () => localNetworkPermission(), signal: mine.signal,
    });
    if (mine === asking) connectionStore.setState({ pending: false, report: found }, true);
  } catch (error) {
    if (mine.signal.aborted) return;
    connectionStore.setState({ pending: false }, true);
    report(error);
  }
}

setupStore.subscribe((now, before) => {
  if (now.baseUrl !== before.baseUrl || now.model !== before.model || now.kind !== before.kind || now.place !== before.place) {
    // The list of models stays useful when one of them is chosen.
    const { report: last } = connectionStore.getState();
    const sameServer = now.baseUrl === before.baseUrl && now.place === before.place;
    forgetConnection();
    if (sameServer && last !== undefined && last.models.length > 0) connectionStore.setState({ pending: false, report: { ok: false, findings: [], models: last.models } }, true);
  }
});
