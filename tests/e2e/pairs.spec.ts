// Preference pairs from end to end: a file of ten thousand rows comes in, is filtered, edited, undone, exported and
// brought in again; what in it tries to be markup or to reach out stays text.
import AxeBuilder from '@axe-core/playwright';
import type { Download, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { expect, readTable, test } from './lab';

const ROWS = 10_000;
const HOSTILE = '<img src="https://elsewhere.example/x.png" onerror="window.hacked=1"><script>window.hacked=2</script>[link](javascript:window.hacked=3)';

function lines(): string {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const better = `The sum of ${i} and ${i % 7} is ${i + (i % 7)}. ${'It matters. '.repeat(i % 5)}`;
    return { prompt: `What is ${i} plus ${i % 7}?`, chosen: `${better}I hope that helps.`, rejected: `${better.replace('sum', 'total')}Whatever.`, domain: i % 2 === 0 ? 'even' : 'odd' };
  });
  rows[5]!.chosen = HOSTILE;
  rows[7]!.rejected = '';
  rows[9]!.rejected = rows[9]!.chosen;
  rows[11] = { ...rows[10]! };
  rows[20]!.prompt += ' Think of it slowly, please.'.repeat(40);
  return `${rows.map((row) => JSON.stringify(row)).join('\n')}\nno json\n`;
}

const KEPT = ROWS - 3;
/** Rows 7, 9 and 11 are rejected. */
const ODD = ROWS / 2 - 3;
const counted = (count: number): string => count.toLocaleString('en');

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function importFile(page: Page, name: string, text: string): Promise<void> {
  await page.goto('?backend=wasm#/pairs/import');
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/jsonl', buffer: Buffer.from(text) });
  await expect(page.getByRole('heading', { name: 'The first rows, as pairs' })).toBeVisible();
}

async function download(page: Page, press: () => Promise<void>): Promise<string> {
  const [file] = await Promise.all<Download | void>([page.waitForEvent('download'), press()]);
  return readFileSync(await (file as Download).path(), 'utf8');
}

async function exportAll(page: Page): Promise<string> {
  await button(page, 'Export').click();
  await page.getByRole('button', { name: /As$/ }).click();
  await page.getByRole('option', { name: 'The lab’s own rows' }).click();
  return download(page, () => button(page, 'Download').click());
}

test('a file of pairs is imported, filtered, edited, undone, exported and imported again, and its text stays text', async ({ page }) => {
  const grid = page.getByRole('grid');
  const passing = page.getByRole('region', { name: 'Pairs', exact: true }).getByRole('status').first();

  await test.step('every row is accounted for', async () => {
    await importFile(page, 'sums.jsonl', lines());
    expect(await violations(page), 'import').toEqual([]);
    await button(page, 'Import all rows').click();
    await expect(page.getByRole('heading', { name: `${counted(KEPT)} pairs are in “sums” now.` })).toBeVisible();
    for (const [name, count] of [['Rows read', counted(ROWS + 1)], ['in order', counted(KEPT)], ['longer than the model’s 128 tokens', '1'], ['rejected', '4'], ['Empty side', '1'], ['Exact duplicate', '1']] as const) {
      await expect(page.getByRole('row', { name: `${name} ${count}`, exact: true })).toBeVisible();
    }
    const rejected = await download(page, () => button(page, 'Download the rejected rows').click());
    expect(rejected.trim().split('\n').map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([8, 10, 12, ROWS + 1]);
    await button(page, 'Look at the pairs').click();
    await expect(grid).toHaveAttribute('aria-rowcount', String(KEPT + 1));
  });

  await test.step('it is searched, brushed, tagged and filtered by tag', async () => {
    await page.getByRole('searchbox').fill('is 41 PLUS');
    await expect(passing).toHaveText(`1 of ${counted(KEPT)}`);
    await page.getByRole('searchbox').fill('');
    await expect(passing).toHaveText(`${counted(KEPT)} pairs`);
    await page.getByRole('checkbox', { name: 'Longer than the model’s context' }).press(' ');
    await expect(passing).toHaveText(`1 of ${counted(KEPT)}`);
    await button(page, 'Show all').click();
    await page.getByRole('slider', { name: 'Edit distance, characters, from' }).press('End');
    await expect(passing).toHaveText(`1 of ${counted(KEPT)}`);
    await button(page, 'Show all').click();
    await page.getByRole('checkbox', { name: 'odd' }).press(' ');
    await expect(passing).toHaveText(`${counted(ODD)} of ${counted(KEPT)}`);
    await button(page, 'Show all').click();
    await grid.press('ArrowDown');
    await grid.press('Shift+ArrowDown');
    await expect(page.getByText('2 selected')).toBeVisible();
    await button(page, 'Tag').click();
    await page.getByRole('textbox', { name: /^Add/ }).fill('checked');
    await button(page, 'Change tags').click();
    await expect(page.getByRole('checkbox', { name: 'checked' })).toBeVisible();
    expect(await violations(page), 'dataset').toEqual([]);
  });

  await test.step('text that tries to be markup or to reach out is shown as it is', async () => {
    await page.getByRole('searchbox').fill('onerror');
    await expect(passing).toHaveText(`1 of ${counted(KEPT)}`);
    await grid.press('ArrowDown');
    await expect(page.getByRole('region', { name: 'Pair', exact: true })).toContainText(HOSTILE);
    await grid.press('Enter');
    await expect(page.getByRole('textbox', { name: 'Chosen', exact: true })).toHaveValue(HOSTILE);
    await expect(page.getByRole('region', { name: 'What the models think' })).toContainText('Reference', { timeout: 30_000 });
    expect(await page.evaluate(() => [document.querySelectorAll('main img, main script, main a[href^="javascript"]').length, Reflect.get(window, 'hacked')])).toEqual([0, undefined]);
    expect(await violations(page), 'pair').toEqual([]);
    await page.keyboard.press('Escape');
    await button(page, 'Show all').click();
  });

  await test.step('an edit is stored as it is typed, survives a reload, and is undone', async () => {
    await expect(passing).toHaveText(`${counted(KEPT)} pairs`);
    await grid.press('Home');
    await grid.press('Enter');
    const chosen = page.getByRole('textbox', { name: 'Chosen', exact: true });
    const before = await chosen.inputValue();
    await chosen.press('ControlOrMeta+End');
    await chosen.pressSequentially(' 그렇습니다 👩‍👩‍👧.');
    await expect(page.getByRole('status').filter({ hasText: /^Stored$/ })).toBeVisible();
    await page.reload();
    await expect(chosen).toHaveValue(`${before} 그렇습니다 👩‍👩‍👧.`);
    await chosen.press('ControlOrMeta+z');
    await expect(chosen).toHaveValue(before);
    await page.keyboard.press('ControlOrMeta+Shift+z');
    await expect(chosen).toHaveValue(`${before} 그렇습니다 👩‍👩‍👧.`);
    await page.keyboard.press('Escape');
  });

  const exported = await test.step('it is exported without a loss', async () => {
    const text = await exportAll(page);
    const rows = text.trim().split('\n').map((line) => JSON.parse(line) as { chosen: string; tags?: string[] });
    expect(rows).toHaveLength(KEPT);
    expect(rows[0]!.chosen).toMatch(/그렇습니다 👩‍👩‍👧\.$/);
    expect(rows.filter(({ tags }) => tags?.includes('checked'))).toHaveLength(2);
    return text;
  });

  await test.step('what is imported from the export is the same, and lies beside the first', async () => {
    await importFile(page, 'again.jsonl', exported);
    await expect(page.getByText('The rows are marked as the lab’s own')).toBeVisible();
    await button(page, 'Import all rows').click();
    await button(page, 'Look at the pairs').click();
    await expect(passing).toHaveText(`${counted(KEPT)} pairs`);
    expect(await exportAll(page)).toBe(exported);
    await page.getByRole('link', { name: 'Datasets' }).click();
    await button(page, 'Compare distributions').click();
    await expect(page.getByText(`${counted(KEPT)} prompts stand in both.`)).toBeVisible();
    const { rows } = await readTable(page, 'Jaccard of words');
    expect(rows.length).toBeGreaterThan(5);
    for (const [, first, second] of rows) expect(first).toBe(second);
    expect(await violations(page), 'side by side').toEqual([]);
  });

  await test.step('a deleted dataset can be brought back', async () => {
    await page.getByRole('link', { name: 'Datasets' }).click();
    await page.getByRole('button', { name: 'Actions for “again”' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await button(page, 'Delete').click();
    await expect(page.getByRole('link', { name: 'again' })).toBeHidden();
    await page.getByRole('button', { name: 'Bring back “again”' }).click();
    await expect(page.getByRole('link', { name: 'again' })).toBeVisible();
    expect(await violations(page), 'list').toEqual([]);
  });
});
