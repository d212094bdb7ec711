// A GPU that goes away under a run: the page says so, and the curves go on.
import { expect, lastStep, openLab, pointsOf, policies, readTable, test } from './lab';

/** Runs in every worker before its own code: keeps hold of the devices it opens, so that a test can take them away. */
const holdDevices = `
  self.openedDevices = [];
  const requestDevice = self.GPUAdapter?.prototype.requestDevice;
  if (requestDevice) self.GPUAdapter.prototype.requestDevice = async function (...asked) {
    const device = await requestDevice.apply(this, asked);
    self.openedDevices.push(device);
    return device;
  };
`;

test('a run whose GPU goes away is taken up again by itself, says so, and draws every step once', async ({ page }) => {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: holdDevices + (await response.text()) });
  });
  const destroyDevices = () =>
    Promise.all(
      page.workers().map((worker) =>
        worker.evaluate(() => (self as unknown as { openedDevices?: GPUDevice[] }).openedDevices?.forEach((device) => device.destroy())),
      ),
    );

  await openLab(page, 'webgpu');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 120_000 }).toBeGreaterThanOrEqual(2);
  const before = await readTable(page, 'Winners');
  await destroyDevices();

  const note = page.getByText(/^At step \d+ the device was lost \(Device was destroyed\); the run went on from step \d+ on WebGPU · /);
  await expect(note).toBeVisible({ timeout: 60_000 });
  const reached = Number(before.rows.at(-1)![0]);
  await expect.poll(() => lastStep(page, 'Winners'), { timeout: 120_000 }).toBeGreaterThan(reached);
  const after = await readTable(page, 'Winners');
  expect(after.rows.slice(0, before.rows.length)).toEqual(before.rows);
  for (const name of policies) {
    const steps = pointsOf(after, name).map(({ step }) => step);
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i));
  }

  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeVisible();
  // The page that comes next needs no such hold. Its worker, still on its way when the test ends, would find its reply disposed.
  await page.unrouteAll({ behavior: 'wait' });
  await page.reload();
  // What became of the device is stored with the run.
  await expect(note).toBeVisible();
});
