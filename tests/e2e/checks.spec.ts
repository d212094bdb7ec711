// The Checks page on a WebGPU device: every kernel checked again, twenty steps beside WASM, and the report that tells of it.
import AxeBuilder from '@axe-core/playwright';
import { expect, pointsOf, readTable, test } from './lab';

const chart = 'Loss over 20 steps';

test('on webgpu: every kernel passes a check on demand, and twenty steps agree with WASM', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('?backend=webgpu#/checks');
  const kernels = page.getByRole('region', { name: 'Kernels' });
  const rows = kernels.getByRole('table').locator('tbody tr');
  const passed = kernels.getByText(/^(\d+) of \1 passed$/);
  await expect(passed).toBeVisible();
  const count = await rows.count();
  expect(count).toBeGreaterThan(10);
  await expect(rows.filter({ hasText: /passed$/ })).toHaveCount(count);

  await test.step('a check can be cancelled and asked for again', async () => {
    await kernels.getByRole('button', { name: 'Check again: Kernels' }).click();
    await expect(kernels.getByRole('progressbar')).toBeVisible();
    await kernels.getByRole('button', { name: 'Cancel: Kernels' }).click();
    await expect(kernels.getByRole('progressbar')).toBeHidden();
    await kernels.getByRole('button', { name: 'Check again: Kernels' }).click();
    await expect(kernels.getByRole('progressbar')).toBeVisible();
    await expect(kernels.getByRole('progressbar')).toBeHidden({ timeout: 120_000 });
    await expect(passed).toBeVisible();
    for (const cells of await rows.evaluateAll((all) => all.map((row) => Array.from(row.children, (cell) => cell.textContent)))) {
      const [name, , last, , result] = cells;
      expect(Number(last!.replace('−', '-')), name!).toBeLessThan(1e-4);
      expect(result, name!).toBe('passed');
    }
  });

  await test.step('parity', async () => {
    const parity = page.getByRole('region', { name: 'Parity' });
    await parity.getByRole('button', { name: 'Run: Parity' }).click();
    await expect(parity.getByRole('button', { name: 'Run again: Parity' })).toBeEnabled({ timeout: 120_000 });
    await expect(parity.getByRole('status')).toHaveText('passed');
    const table = await readTable(page, chart);
    for (const objective of ['DPO', 'APO-zero', 'APO-down', 'KTO']) {
      const [here, there] = ['WebGPU', 'WASM'].map((backend) => pointsOf(table, `${objective}, ${backend}`));
      expect(here!.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      expect(there).toHaveLength(20);
      here!.forEach(({ value }, i) => expect(Math.abs(value - there![i]!.value)).toBeLessThan(1e-3 * Math.max(1, value)));
      expect(here!.at(-1)!.value).toBeLessThan(here![0]!.value);
    }
  });

  await page.getByRole('button', { name: 'Copy report' }).click();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report.match(/^kernel .+: passed, .+ in the last check$/gm)).toHaveLength(count);
  expect(report).toMatch(/^parity of webgpu and wasm over 20 steps: passed/m);

  await test.step('the benchmark begins in workers of its own, and can be cancelled', async () => {
    const benchmark = page.getByRole('region', { name: 'Benchmark' });
    await benchmark.getByRole('button', { name: 'Run: Benchmark' }).click();
    await expect(benchmark.getByText('a training step of a small model')).toBeVisible();
    await expect(kernels.getByRole('button', { name: 'Check again: Kernels' })).toBeDisabled();
    await benchmark.getByRole('button', { name: 'Cancel: Benchmark' }).click();
    await expect(benchmark.getByRole('button', { name: 'Run: Benchmark' })).toBeEnabled();
    await expect(benchmark.getByRole('alert')).toHaveCount(0);
  });

  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
});
