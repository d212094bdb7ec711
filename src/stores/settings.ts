// How this person likes the page: theme, language, backend. Kept in localStorage, because the first paint needs it
// and the database answers too late for that.
import { createStore } from 'zustand/vanilla';
import { z } from 'zod';

export const themes = ['system', 'light', 'dark', 'projector'] as const;
export type Theme = (typeof themes)[number];

const settingsSchema = z.object({
  theme: z.enum(themes).catch('system'),
  locale: z.enum(['en', 'ko']).catch('en'),
  backend: z.enum(['auto', 'webgpu', 'wasm', 'cpu']).catch('auto'),
  /** Both charts of the workbench on one y axis. */
  sharedAxis: z.boolean().catch(true),
  /** Log-likelihoods as they are, or as the change against the reference. */
  quantity: z.enum(['absolute', 'change']).catch('absolute'),
  /** Which pairs the strip of small charts is about. */
  strip: z.enum(['heldOut', 'train']).catch('heldOut'),
});

export type Settings = z.output<typeof settingsSchema>;

const KEY = 'alignment-lab/settings';

function firstLocale(): Settings['locale'] {
  const language = typeof navigator === 'undefined' ? 'en' : navigator.language;
  return language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

/** Reads what was stored; anything missing or wrong takes its default, the rest is kept. */
export function readSettings(text: string | null): Settings {
  let stored: unknown = {};
  try {
    stored = JSON.parse(text ?? '{}');
  } catch {
    // Not JSON: as good as nothing.
  }
  const known = typeof stored === 'object' && stored !== null ? stored : {};
  return settingsSchema.parse({ locale: firstLocale(), ...known });
}

function load(): Settings {
  try {
    return readSettings(globalThis.localStorage?.getItem(KEY) ?? null);
  } catch {
    return readSettings(null); // Storage is forbidden here.
  }
}

export const settingsStore = createStore<Settings>()(load);

/** Changes some settings and keeps them, where the browser lets us. */
export function changeSettings(change: Partial<Settings>): void {
  settingsStore.setState(change);
  try {
    globalThis.localStorage?.setItem(KEY, JSON.stringify(settingsStore.getState()));
  } catch {
    // Private windows and full disks: the setting holds until the page is closed.
  }
}
