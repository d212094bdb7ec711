// The theory view: the field, a loss that somebody types, with its mistake pointed at, and its training beside the others.
import AxeBuilder from '@axe-core/playwright';
import { readFile } from 'node:fs/promises';
import { expect, openLab, pointsOf, readTable, test, tinyRecipe } from './lab';

test('a person types a loss, is shown the very character that is wrong, mends it, and trains it beside the others', async ({ page }) => {
  await openLab(page, 'wasm', { ...tinyRecipe, cohort: [{ objective: 'dpo' }] });
  await page.getByRole('link', { name: 'Theory', exact: true }).click();
  const card = page.getByRole('region', { name: 'First loss' });
  const editor = card.getByRole('textbox', { name: 'Loss of one pair' });
  await expect(editor).toHaveValue('-logsigmoid(beta * (sw - sl))');

  await test.step('the plane of DPO holds the paper’s gradient', async () => {
    const { rows } = await readTable(page, 'DPO');
    expect(rows.find(([place]) => place === '0.00, 0.00')).toEqual(['0.00, 0.00', '0.6931', '0.5000', '−0.5000']);
  });

  await test.step('a mistake is pointed at, and what was understood stays drawn', async () => {
    await editor.fill('1 - sigmoid(bta * a) + sigmoid(beta * b)');
    const alert = card.getByRole('alert');
    await expect(alert).toContainText('“bta” is not known. Did you mean beta? (Character 13.)');
    // The caret stands under the three letters.
    await expect(alert.locator('pre')).toHaveText(`1 - sigmoid(bta * a) + sigmoid(beta * b)\n${' '.repeat(12)}^^^`);
    await expect(card.getByRole('button', { name: 'Train it beside the others' })).toBeDisabled();
    await expect(card.getByRole('button', { name: 'Export for TRL' })).toBeDisabled();
  });

  await test.step('mended, it is APO-zero in formula, field and words', async () => {
    await editor.fill('1 - sigmoid(beta * a) + sigmoid(beta * b)');
    await expect(card.getByRole('alert')).toHaveCount(0);
    await expect(card.getByRole('math', { name: '-beta * delta(beta * a)' })).toBeVisible();
    await card.getByRole('textbox', { name: 'Name' }).fill('My zero');
    const mine = await readTable(page, 'My zero');
    expect(mine.rows).toEqual((await readTable(page, 'APO-zero')).rows);
    await expect(page.getByRole('region', { name: 'What it does' }).getByText('it saturates there')).toHaveCount(2);
  });

  await test.step('arrow keys move the point, and the numbers go with it', async () => {
    await page.getByRole('group', { name: /^Plane of My zero/ }).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    const panel = page.getByRole('region', { name: 'The point under the lens' });
    await expect(panel.getByRole('slider', { name: 'Winner’s reward' })).toHaveAttribute('aria-valuetext', '+1.00');
    // δ(1) = σ(1)(1 − σ(1)) = 0.1966
    await expect(panel.getByRole('row', { name: /^Winner ▲ up 0\.197 79 %/ }).first()).toBeVisible();
  });

  await test.step('it is exported as Python', async () => {
    const [file] = await Promise.all([page.waitForEvent('download'), card.getByRole('button', { name: 'Export for TRL' }).click()]);
    expect(file.suggestedFilename()).toBe('my_zero.py');
    expect(await readFile(await file.path(), 'utf8')).toContain('loss = 1.0 - torch.sigmoid(beta * a) + torch.sigmoid(beta * b)');
  });

  await test.step('it is kept under its name, and another one does not take its place unasked', async () => {
    const kept = page.getByRole('region', { name: 'Kept losses' });
    await card.getByRole('button', { name: 'Keep', exact: true }).click();
    await expect(kept.getByRole('button', { name: 'My zero', exact: true })).toBeVisible();
    await editor.fill('-beta * a');
    await card.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('dialog', { name: 'Replace “My zero”?' }).getByRole('button', { name: 'Cancel' }).click();
    await kept.getByRole('button', { name: 'My zero', exact: true }).click();
    await expect(editor).toHaveValue('1 - sigmoid(beta * a) + sigmoid(beta * b)');
  });

  await test.step('it trains in the cohort', async () => {
    await card.getByRole('button', { name: 'Train it beside the others' }).click();
    await expect(page.getByText('“My zero” is in the cohort now')).toBeVisible();
    await card.getByRole('link', { name: 'To the experiment' }).click();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await expect
      .poll(async () => pointsOf(await readTable(page, 'Winners'), 'My zero').length, { timeout: 120_000 })
      .toBeGreaterThanOrEqual(3);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeVisible();
    const table = await readTable(page, 'Winners');
    const [dpo, mine] = ['DPO', 'My zero'].map((name) => pointsOf(table, name));
    expect(mine![0]!.value).toBeCloseTo(dpo![0]!.value, 3);
    expect(mine!.at(-1)!.value).not.toBe(mine![0]!.value);
  });

  await test.step('the run is drawn on the plane, and a reload forgets nothing', async () => {
    await page.getByRole('link', { name: 'Theory', exact: true }).click();
    await expect(page.getByRole('checkbox', { name: 'Held-out pairs of a run, and their mean' })).toBeChecked();
    await page.waitForTimeout(700);
    await page.reload();
    await expect(page.getByRole('region', { name: 'First loss' }).getByRole('textbox', { name: 'Name' })).toHaveValue('My zero');
    await expect(page.getByRole('slider', { name: 'Up to step' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Kept losses' }).getByRole('button', { name: 'My zero', exact: true })).toBeVisible();
  });

  await test.step('a dot of a stored run that is pressed is followed, with its pair and its numbers', async () => {
    await page.getByRole('button', { name: /Run on the plane$/ }).click();
    await page.getByRole('option', { name: /^Tiny/ }).click();
    const step = page.getByRole('slider', { name: 'Up to step' });
    // At the start all pairs stand where the reference is.
    await step.press('Home');
    await page.getByRole('group', { name: /^Plane of My zero/ }).click();
    const panel = page.getByRole('region', { name: 'The point under the lens' });
    await expect(panel.getByRole('textbox', { name: 'Held-out pair, 1 to 2' })).toHaveValue(/^[12]$/);
    await expect(panel.locator('ins, del').first()).toBeVisible();
    await expect(panel.getByRole('row', { name: 'Log-ratio 0.00 0.00' })).toBeVisible();
    await expect(panel.getByRole('row', { name: /^Tokens \d+ \d+$/ })).toBeVisible();
    await step.press('End');
    await expect(panel.getByRole('row', { name: 'Log-ratio 0.00 0.00' })).toHaveCount(0);
    await panel.getByRole('button', { name: 'Leave the pair' }).click();
    await expect(panel.getByRole('slider', { name: 'Winner’s reward' })).toBeVisible();
    // Without a pointer.
    await page.getByRole('group', { name: /^Plane of APO-zero/ }).focus();
    await page.keyboard.press('Enter');
    await expect(panel.getByRole('row', { name: /^Log-ratio/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(panel.getByRole('row', { name: /^Log-ratio/ })).toHaveCount(0);
  });
});

test('a link shows somebody else the same losses, and a damaged one changes nothing', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('?backend=wasm#/theory');
  const editor = page.getByRole('region', { name: 'First loss' }).getByRole('textbox', { name: 'Loss of one pair' });
  await editor.fill('square(a - b - 1)');
  await page.getByRole('button', { name: 'Copy a link to this view' }).click();
  await expect(page.getByText('The link is copied. It shows both losses')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await editor.fill('a * b');
  await page.evaluate((hash) => (window.location.hash = hash), new URL(link).hash);
  await expect(editor).toHaveValue('square(a - b - 1)');
  expect(new URL(page.url()).hash).toBe('#/theory');
  await page.getByRole('status').filter({ hasText: 'The link’s losses stand here now' }).getByRole('button', { name: 'Undo' }).click();
  await expect(editor).toHaveValue('a * b');
  await page.evaluate((hash) => (window.location.hash = hash), new URL(link).hash.slice(0, -9));
  await expect(page.getByRole('alert').filter({ hasText: 'The link’s losses are damaged and could not be read.' })).toBeVisible();
  await expect(editor).toHaveValue('a * b');
});

test('axe finds no violation in the theory view, in every theme, with a mistake on it, and on a phone', async ({ page }) => {
  await page.goto('?backend=wasm#/theory');
  const card = page.getByRole('region', { name: 'First loss' });
  await card.getByRole('textbox', { name: 'Loss of one pair' }).fill('-logsigmoid(beta * (a - b)) +');
  await expect(card.getByRole('alert')).toBeVisible();
  await page.getByRole('button', { name: 'What it may name' }).first().click();
  await page.getByRole('button', { name: 'In the limits' }).last().click();
  for (const theme of ['Dark', 'Projector', 'Light']) {
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.getByRole('menuitemradio', { name: theme }).or(page.getByRole('menuitem', { name: theme })).or(page.getByRole('option', { name: theme })).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme.toLowerCase());
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`), theme).toEqual([]);
  }
  await test.step('another language reaches every part', async () => {
    await page.getByRole('button', { name: /^Language/ }).click();
    await page.getByRole('menuitemradio', { name: '한국어' }).or(page.getByRole('menuitem', { name: '한국어' })).or(page.getByRole('option', { name: '한국어' })).click();
    for (const name of ['다른 것과 나란히 학습하기', 'TRL용으로 내보내기']) await expect(page.getByRole('button', { name })).toHaveCount(2);
    await expect(page.getByText(/Train it|What it|reward|per β|Slope|Both sides/)).toHaveCount(0);
  });
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});
