// WASM threads in the built page: minified, they once died at birth (docs/decisions/0003), and a build machine with two
// cores would never have noticed, since tfjs takes half of them.
import { expect, lastStep, openLab, test } from './lab';

test('the built page trains on WASM with several threads where there are cores for them', async ({ page }) => {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const body = `Object.defineProperty(navigator, 'hardwareConcurrency', { value: 8 });\n${await response.text()}`;
    await route.fulfill({ response, body });
  });
  await openLab(page, 'wasm');
  await expect(page.getByRole('link', { name: 'WASM · SIMD, 4 threads' })).toBeVisible();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 120_000 }).toBeGreaterThanOrEqual(1);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
});
