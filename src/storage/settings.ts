// Small values by key that the page wants back after a reload, such as the recipe being edited.
import { withDatabase } from './database';

/** What was saved under a key, to be parsed by whoever knows its shape; undefined if nothing was. */
export function loadSetting(key: string): Promise<unknown> {
  return withDatabase(async (db) => (await db.settings.get(key))?.value);
}

export function saveSetting(key: string, value: unknown): Promise<void> {
  return withDatabase(async (db) => {
    await db.settings.put({ key, value });
  });
}
