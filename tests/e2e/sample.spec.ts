// What the models say: the reference alone before any run, then every policy of the run.
import { expect, lastStep, openLab, policies, test } from './lab';

test('a prompt is answered by the reference, and after some steps by every policy too', async ({ page }) => {
  await openLab(page, 'wasm');
  const panel = page.getByRole('region', { name: 'Samples and runs' });
  const answers = panel.getByRole('listitem').filter({ hasText: 'nats' });
  const answer = page.getByRole('button', { name: 'Answer', exact: true });
  await answer.click();
  await expect(answers).toHaveCount(1);
  await expect(answers.filter({ hasText: 'Reference' })).toBeVisible();

  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 60_000 }).toBeGreaterThanOrEqual(1);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Continue', exact: true })).toBeVisible();
  await answer.click();
  await expect(answers).toHaveCount(1 + policies.length);
  for (const name of policies) await expect(answers.filter({ hasText: name })).toBeVisible();
});
