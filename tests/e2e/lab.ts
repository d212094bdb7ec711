// What every end-to-end test starts from: a page whose console, network and security policy are watched, and the lab
// opened with a tiny experiment on a backend chosen by name.
import { test as base, expect, type Page } from '@playwright/test';

export { expect };

export type Backend = 'webgpu' | 'wasm';

/** Small enough for a software adapter; far more steps than a test waits for, so that it never ends by itself. */
export const tinyRecipe = {
  version: 1,
  name: 'Tiny',
  data: { trainPairs: 4, heldOutPairs: 2 },
  cohort: [{ objective: 'dpo' }, { objective: 'apo_zero' }, { objective: 'apo_down' }],
  seeds: [1],
  schedule: { steps: 500, batchSize: 2, warmupSteps: 2 },
  evaluation: { every: 1, samples: 2 },
};

export const policies = ['DPO', 'APO-zero', 'APO-down'];

interface Watched {
  /** Everything that went wrong on the page; a test ends with an assertion that there was nothing. */
  readonly faults: string[];
}

/**
 * `page` with every other origin cut off. A console error, an uncaught exception, a request that fails or that asks for
 * another origin fails the test; a violation of the security policy is a console error.
 */
export const test = base.extend<Watched>({
  faults: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = [];
      const own = new URL(baseURL!).origin;
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
      page.on('response', (response) => {
        if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
      });
      await page.context().route(
        (url) => url.protocol.startsWith('http') && url.origin !== own,
        async (route) => {
          faults.push(`request to another origin: ${route.request().url()}`);
          await route.abort();
        },
      );
      await use(faults);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens the workbench with a recipe by link, as a person who was sent one would. */
export async function openLab(page: Page, backend: Backend, recipe: object = tinyRecipe): Promise<void> {
  const text = Buffer.from(JSON.stringify(recipe)).toString('base64url');
  await page.goto(`?backend=${backend}#/compare?recipe=${text}`);
  await expect(page.getByRole('link', { name: backend === 'webgpu' ? /WebGPU · .*software/ : /WASM · / })).toBeVisible();
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Reads a chart's numbers the way somebody does who cannot see the chart. */
export async function readTable(page: Page, title: string): Promise<Table> {
  await page.getByRole('button', { name: `Data table: ${title}`, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: title });
  const table = await dialog.getByRole('table').evaluate((element) => {
    const cells = (row: Element) => Array.from(row.children, (cell) => cell.textContent?.trim() ?? '');
    return {
      columns: [...element.querySelectorAll('thead tr')].flatMap(cells),
      rows: [...element.querySelectorAll('tbody tr')].map(cells),
    };
  });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  return table;
}

/** The points of one line: step and value of each row that has one. */
export function pointsOf({ columns, rows }: Table, name: string): { step: number; value: number }[] {
  const column = columns.indexOf(name);
  if (column < 0) return [];
  return rows
    .map((row) => ({ step: Number(row[0]), text: row[column] ?? '' }))
    .filter(({ text }) => text !== '' && text !== '–')
    .map(({ step, text }) => ({ step, value: Number(text.replace('−', '-').replaceAll(',', '')) }));
}

/** The last step that a chart has a point for, for the policy that is furthest behind; -1 before all have one. */
export async function lastStep(page: Page, title: string): Promise<number> {
  const table = await readTable(page, title);
  return Math.min(...policies.map((name) => pointsOf(table, name).at(-1)?.step ?? -1));
}
