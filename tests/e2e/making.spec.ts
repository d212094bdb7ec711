// A dataset of the model's own answers, chosen by a judge that likes length: made, kept, looked at and trained on. One that is
// broken off leaves nothing.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, lastStep, openLab, test, tinyRecipe } from './lab';

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

test('a judge that likes length makes a dataset, which says how it was made, what the judge prefers, and trains', async ({ page }) => {
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  await openLab(page, 'wasm');
  await page.getByRole('link', { name: 'Pairs', exact: true }).click();
  await button('Make a dataset').click();

  await test.step('one that is broken off leaves nothing behind', async () => {
    await page.getByLabel('For training').fill('2000');
    await button('Make it').click();
    await expect(page.getByRole('progressbar', { name: 'Making the dataset' })).toBeVisible();
    await page.reload();
    await page.getByRole('link', { name: 'Datasets' }).click();
    await expect(page.getByText('Bring your own')).toBeVisible();
    await button('Make a dataset').click();
  });

  await test.step('it is made and opens', async () => {
    await page.getByRole('radio', { name: /On-policy, judged/ }).press('Space');
    await page.getByLabel('For training').fill('12');
    await page.getByLabel('Held-out').fill('4');
    await page.getByRole('slider', { name: 'Taste for length' }).fill('2');
    expect(await violations(page), 'making').toEqual([]);
    await page.getByRole('textbox', { name: 'Name' }).fill('Verbose');
    await button('Make it').click();
    await expect(page.getByRole('heading', { name: 'Verbose' })).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('12 for training, 4 held out')).toBeVisible();
    await expect(page.getByText('Made here: On-policy, judged, seed 1, from the model that ships · judge: length +2.00')).toBeVisible();
  });

  await test.step('it tells where it comes from', async () => {
    await button('Actions for “Verbose”').click();
    await page.getByRole('menuitem', { name: 'Where it comes from …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Where it comes from' });
    await expect(dialog.getByText('length +2.00')).toBeVisible();
    await expect(dialog.getByText(/^[0-9a-f]{64}$/)).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('its winners are longer than its losers', async () => {
    await button('What the judge prefers …').click();
    const row = page.getByRole('row', { name: /^Words/ });
    await expect(row).toBeVisible();
    const [winners, losers] = await row.getByRole('cell').allInnerTexts();
    expect(Number(winners)).toBeGreaterThan(Number(losers) + 2);
    expect(await violations(page), 'judge').toEqual([]);
  });

  await test.step('it is trained on', async () => {
    await button('Train on it').click();
    await expect.poll(() => lastStep(page, 'Winners'), { timeout: 120_000 }).toBeGreaterThanOrEqual(2);
    await button('Stop').click();
    await expect(button('Train')).toBeVisible();
    await page.goBack();
    await expect(page.getByText('this judge')).toBeVisible();
    await button('Measure its answers').click();
    await expect(page.getByText(/The judge’s winners are .* words longer than its losers; DPO’s answers/)).toBeVisible({ timeout: 120_000 });
  });

  await test.step('another judge takes the town’s place on the Revise page', async () => {
    await button('Another judge …').click();
    await expect(page.getByRole('radio', { name: 'Judge both sides' }).or(button('Judge both sides'))).toBeVisible();
    await expect(page.getByText('Both sides are put to a judge')).toBeVisible();
    await expect(page.getByRole('button', { name: /Verbose/ })).toBeVisible();
  });
});

test('a link to what is made for the run shows what it is, and runs', async ({ page }) => {
  await openLab(page, 'wasm', { ...tinyRecipe, data: { dataset: 'made:on_policy:3', judge: { length: 1 }, trainPairs: 4, heldOutPairs: 2 } });
  await expect(page.getByRole('button', { name: /On-policy, judged, made for the run/ })).toBeVisible();
  await expect(page.getByLabel('Seed of the dataset')).toHaveValue('3');
  await expect(page.getByText('length +1.00')).toBeVisible();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 120_000 }).toBeGreaterThanOrEqual(1);
});
