// The paper, re-enacted on the page: a small grid is begun, broken off by a reload and gone on with, and read.
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { baseline, cell, facts, result, study } from '../unit/lab/study/document';
import { expect, pointsOf, readTable, test } from './lab';

/** Has this text be the study that ships; without any, none does. */
const ship = async (page: Page, body = ''): Promise<void> => {
  await page.route('**/studies/paper.json', (route) => route.fulfill({ contentType: 'application/json', body }));
};

async function fill(card: Locator, numbers: Readonly<Record<string, number>>): Promise<void> {
  for (const [label, value] of Object.entries(numbers)) {
    await card.getByLabel(label, { exact: true }).fill(String(value));
    await card.getByLabel(label, { exact: true }).blur();
  }
}

test('a person runs a small grid, reloads in the middle, goes on, and reads the figures, the verdicts and the tables', async ({ page }) => {
  await ship(page);
  await page.goto('?backend=wasm#/paper');
  await expect(page.getByText('No study ships with this copy of the lab.')).toBeVisible();
  const card = page.getByRole('region', { name: 'Run it here' });

  await test.step('two datasets, two objectives, tiny sizes', async () => {
    await card.getByRole('radio', { name: 'Own' }).click();
    await card.getByText('DPO', { exact: true }).click();
    await fill(card, { 'Training pairs': 16, 'Held-out pairs': 8, Steps: 4, 'Benchmark prompts': 8 });
    await expect(card.getByText(/^2 datasets × 2 objectives × 1 seed, 16 \+ 8 pairs, 4 steps of 16, 8 benchmark prompts: 2 cells\./)).toBeVisible();
    await card.getByRole('button', { name: 'Start' }).click();
    await expect(card.getByText(/^Cell 1 of 2 · CLAIR: minimal revisions, seed 1 · /)).toBeVisible();
  });

  await test.step('figures come with the first cell, and a reload loses the second alone', async () => {
    await expect(card.getByText(/^Cell 2 of 2 · Off-policy, judged, seed 1 · /)).toBeVisible({ timeout: 120_000 });
    await expect(page.getByRole('figure', { name: 'CLAIR: minimal revisions' })).toBeVisible();
    await page.reload();
    await expect(card.getByText(/^1 of 2 cells of .* are done\./)).toBeVisible();
    await expect(page.getByRole('figure', { name: 'CLAIR: minimal revisions' })).toBeVisible();
    await card.getByRole('button', { name: 'Go on' }).click();
    await expect(card.getByText(/^Cell 2 of 2 · /)).toBeVisible();
    await expect(card.getByText(/^All 2 cells of .* are done\./)).toBeVisible({ timeout: 120_000 });
  });

  await test.step('Figure 4 has a panel for each dataset, both from the same reference', async () => {
    const panels = page.getByRole('region', { name: /^Figure 4/ });
    await expect(panels.getByRole('figure')).toHaveCount(2);
    for (const name of ['CLAIR: minimal revisions', 'Off-policy, judged']) {
      const table = await readTable(page, name);
      const zero = pointsOf(table, 'APO-zero, winners');
      expect(zero.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
      expect(zero[0]!.value).toBe(pointsOf(table, 'Reference, winners')[0]!.value);
      expect(zero[0]!.value).toBe(pointsOf(table, 'APO-down, winners')[0]!.value);
      expect(zero[4]!.value).not.toBe(zero[0]!.value);
    }
    await panels.getByRole('radio', { name: 'Change' }).click();
    expect(pointsOf(await readTable(page, 'Off-policy, judged'), 'APO-zero, losers')[0]!.value).toBe(0);
  });

  await test.step('the verdicts follow from it', async () => {
    const findings = page.getByRole('region', { name: 'Findings' }).getByRole('listitem');
    await expect(findings).toHaveCount(7);
    const contrast = findings.filter({ hasText: 'CLAIR is the most contrastive dataset.' });
    await expect(contrast).toContainText('Reproduced');
    await contrast.getByRole('button', { name: 'Rule and evidence' }).click();
    await expect(contrast.getByRole('row', { name: /^CLAIR: word Jaccard similarity 0\.\d+/ })).toBeVisible();
    await expect(findings.filter({ hasText: 'DPO leaves winners to chance' })).toContainText('Not tested');
  });

  await test.step('the results are sorted, and handed out', async () => {
    const card = page.getByRole('region', { name: 'Results on the benchmark' });
    await card.getByRole('button', { name: 'Gold', exact: true }).click();
    await expect(card.getByRole('columnheader', { name: 'Gold' })).toHaveAttribute('aria-sort', 'descending');
    const golds = (await card.getByRole('row').locator('td:nth-child(3) > span').evaluateAll((cells) => cells.map((one) => Number(one.firstChild!.textContent))));
    expect(golds).toHaveLength(5);
    expect(golds).toEqual([...golds].sort((a, b) => b - a));
    const [file] = await Promise.all([page.waitForEvent('download'), card.getByRole('button', { name: 'Download CSV' }).click()]);
    expect(file.suggestedFilename()).toBe('results.csv');
    const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^round,dataset,objective,/);
    // Four policies and what they began with, in three ways of answering.
    expect(lines).toHaveLength(1 + 5 * 3);
  });

  await test.step('the report is one file that stands alone, and tells the same', async () => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the report (HTML, in English)' }).click()]);
    const reader = await page.context().newPage();
    const asked: string[] = [];
    reader.on('request', (request) => asked.push(request.url()));
    await reader.setContent(await readFile(await file.path(), 'utf8'));
    await expect(reader.getByRole('heading', { name: 'CLAIR is the most contrastive dataset.' })).toBeVisible();
    await expect(reader.getByText('Reproduced.').first()).toBeVisible();
    await expect(reader.getByRole('img', { name: 'CLAIR', exact: true })).toHaveCount(3);
    await expect(reader.getByRole('rowheader', { name: 'Off-policy judge · APO-zero' }).first()).toBeVisible();
    expect(asked).toEqual([]);
    await reader.close();
  });

  await test.step('a cell is opened in the workbench', async () => {
    await page.getByRole('button', { name: 'Open in Compare: Off-policy, judged' }).click();
    await expect(page).toHaveURL(/#\/compare$/);
    await expect(page.getByRole('button', { name: /^Off-policy, judged, made for the run/ })).toBeVisible();
    await expect(page.getByRole('heading', { name: /4 steps of 16 pairs/ })).toBeVisible();
    await page.getByRole('link', { name: 'Paper', exact: true }).click();
  });

  await test.step('and the whole is forgotten', async () => {
    await card.getByRole('button', { name: 'Forget' }).click();
    await page.getByRole('dialog', { name: 'Forget this re-enactment?' }).getByRole('button', { name: 'Forget' }).click();
    await expect(page.getByText('No study ships with this copy of the lab.')).toBeVisible();
  });
});

test('axe finds no violation on the paper’s page, in every theme, and on a phone', async ({ page }) => {
  const curves = (side: string, end: number) => ({ [`eval_logps/${side}`]: [-8, end], [`eval_rewards/${side}`]: [0, 0.2 * (end + 8)] });
  const members = (gold: readonly number[]) =>
    ['dpo', 'apo_zero', 'apo_down'].map((id) => result(id, gold, { curves: { ...curves('chosen', -7), ...curves('rejected', -12) }, change: { chosen: [1, 1.5], rejected: [-4, -3] } }));
  const example = { quantile: 0.5, prompt: 'Which colour is the bridge?', chosen: 'The bridge is green.', rejected: 'The bridge is red.', wordJaccard: 0.6 };
  const kinds = ['clair', 'stronger'] as const;
  const shipped = study({
    datasets: kinds.flatMap((kind) => [1, 2].map((seed) => facts(kind, seed, { examples: [example], wordJaccard: [kind === 'clair' ? 0.8 : 0.3, 0.5] }))),
    baselines: [baseline([2, 2, 1, 2])],
    cells: kinds.flatMap((kind) => [1, 2].map((seed) => cell(kind, seed, members([4, 3, 2, seed])))),
  });
  await ship(page, JSON.stringify(shipped));
  await page.goto('?backend=wasm#/paper');
  await expect(page.getByRole('region', { name: 'Which variant? The adviser’s record' })).toBeVisible();
  await expect(page.getByText('It was made by the command “lab reproduce”')).toBeVisible();
  await page.getByRole('button', { name: 'Rule and evidence' }).first().click();
  await page.getByRole('button', { name: 'Pairs at the quantiles of likeness' }).click();
  await page.getByRole('radio', { name: 'Own' }).click();
  for (const theme of ['Dark', 'Projector', 'Light']) {
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.getByRole('menuitemradio', { name: theme }).or(page.getByRole('menuitem', { name: theme })).or(page.getByRole('option', { name: theme })).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme.toLowerCase());
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`), theme).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), theme).toBe(390);
    await page.setViewportSize({ width: 1440, height: 900 });
  }
});
