// The key of the reviser's API, as the page knows of it: that there is one, never what it is. The keyring holds the key
// itself; it is asked for where a request is made, and nowhere else.
import { createStore } from 'zustand/vanilla';
import { createKeyring, originOf } from '../reviser/keys';

function session(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined; // Storage is forbidden here.
  }
}

export const keyring = createKeyring(session());

export interface KeyState {
  /** Counts changes, so that whoever shows whether there is a key looks again. */
  readonly version: number;
  readonly remembered: boolean;
}

export const keyStore = createStore<KeyState>()(() => ({ version: 0, remembered: keyring.remembered }));

export function keyChanged(): void {
  keyStore.setState(({ version }) => ({ version: version + 1, remembered: keyring.remembered }));
}

/** Whether a key is held for the origin of this address. */
export const hasKeyFor = (baseUrl: string): boolean => keyring.keyFor(baseUrl) !== undefined;

export function holdKey(baseUrl: string, key: string): void {
  keyring.hold(baseUrl, key);
  keyChanged();
}

export function forgetKey(): void {
  keyring.forget();
  keyChanged();
}

/** Whether the key outlives a reload of this tab. */
export function rememberKey(wanted: boolean): void {
  keyring.remember(wanted);
  keyChanged();
}

/** The origin that the key goes to, for people. */
export const keyOrigin = (baseUrl: string): string => originOf(baseUrl) ?? '';
