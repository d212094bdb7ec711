// What a person loses when a tab closes, and what a wrong link does: next to nothing, and nothing.
import type { Page } from '@playwright/test';
import { expect, lastStep, openLab, readTable, test } from './lab';

/** The step of the checkpoint that lies on the disk; -1 before there is one. Nothing on the page says when it is written. */
function checkpointStep(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const [found] = await indexedDB.databases();
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(found!.name!);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error!);
    });
    const runs = await new Promise<{ checkpointStep?: number }[]>((resolve, reject) => {
      const reading = database.transaction('runs').objectStore('runs').getAll();
      reading.onsuccess = () => resolve(reading.result);
      reading.onerror = () => reject(reading.error!);
    });
    database.close();
    return Math.max(-1, ...runs.map((run) => run.checkpointStep ?? -1));
  });
}

test('a run that a reload interrupts keeps its curves and goes on from its last checkpoint', async ({ page }) => {
  await openLab(page, 'wasm');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  const goOn = page.getByRole('button', { name: /^Continue from step \d+$/ }).first();
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
  // A pause keeps a checkpoint; otherwise one is kept every few seconds.
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect.poll(() => checkpointStep(page)).toBeGreaterThanOrEqual(2);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  const paused = await lastStep(page, 'Winners');
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 60_000 }).toBeGreaterThan(paused);

  await page.reload();
  await expect(goOn).toBeVisible();
  const kept = await readTable(page, 'Winners');
  expect(kept.rows.length).toBeGreaterThan(2);
  await goOn.click();
  const before = Number(kept.rows.at(-1)![0]);
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 60_000 }).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeVisible();
});

test('a link with a wrong recipe gets one sentence that names the field, and the lab goes on with what it had', async ({ page }) => {
  const recipe = Buffer.from(JSON.stringify({ version: 1, cohort: [{ objective: 'nonsense' }] })).toString('base64url');
  await page.goto(`?backend=wasm#/compare?recipe=${recipe}`);
  await expect(page.getByText(/cohort\.0\.objective.*nonsense/).first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeEnabled();
});
