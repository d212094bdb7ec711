// No violation that axe can find, on these views, in every theme, before and after a run.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, lastStep, openLab, test } from './lab';

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

async function chooseTheme(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByRole('menuitemradio', { name }).or(page.getByRole('menuitem', { name })).or(page.getByRole('option', { name })).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', name.toLowerCase());
}

test('axe finds no violation in the workbench, on the Checks and the Revise page, in every theme', async ({ page }) => {
  await openLab(page, 'wasm');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeVisible();

  for (const theme of ['Dark', 'Projector', 'Light']) {
    await chooseTheme(page, theme);
    expect(await violations(page), `workbench, ${theme}`).toEqual([]);
    await page.getByRole('link', { name: 'Checks' }).click();
    await expect(page.getByRole('heading', { name: 'Checks' })).toBeVisible();
    expect(await violations(page), `Checks, ${theme}`).toEqual([]);
    await page.getByRole('link', { name: 'Revise' }).click();
    await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled();
    expect(await violations(page), `Revise, ${theme}`).toEqual([]);
    await page.getByRole('link', { name: 'Compare' }).click();
  }

  await page.getByRole('button', { name: 'Data table: Winners' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await violations(page), 'data table').toEqual([]);
});
