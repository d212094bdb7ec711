// The main task from end to end, on WebGPU and on WASM: open the page, train, watch, pause, step, go on, stop, come back.
import { expect, lastStep, openLab, pointsOf, policies, readTable, test, type Backend, type Table } from './lab';

for (const backend of ['webgpu', 'wasm'] satisfies Backend[]) {
  test(`on ${backend}: three policies train, their points arrive in both charts, and the run is found after a reload`, async ({ page }) => {
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await openLab(page, backend);
    await button('Train').click();

    for (const title of ['Winners', 'Losers']) {
      await expect.poll(() => lastStep(page, title), { timeout: 120_000 }).toBeGreaterThanOrEqual(1);
      const table = await readTable(page, title);
      for (const name of policies) {
        const points = pointsOf(table, name);
        expect(points.length).toBeGreaterThanOrEqual(2);
        for (const { value } of points) expect(value).toBeLessThan(0);
      }
    }

    await test.step('all policies start where the reference stands, and then part', async () => {
      const table = await readTable(page, 'Winners');
      const [start, ...later] = policies.map((name) => pointsOf(table, name));
      for (const points of later) expect(points[0]!.value).toBeCloseTo(start![0]!.value, 3);
      expect(pointsOf(table, 'reference')[0]!.value).toBeCloseTo(start![0]!.value, 3);
      const ends = [start!, ...later].map((points) => points.at(-1)!.value);
      expect(new Set(ends).size).toBeGreaterThan(1);
    });

    await button('Pause').click();
    await expect(button('Continue')).toBeVisible();
    await test.step('a single step adds one point and the run stays paused', async () => {
      const before = await lastStep(page, 'Winners');
      await button('Step').click();
      await expect.poll(() => lastStep(page, 'Winners')).toBe(before + 1);
      await expect(button('Continue')).toBeVisible();
    });

    await test.step('it goes on', async () => {
      const before = await lastStep(page, 'Losers');
      await button('Continue').click();
      await expect.poll(() => lastStep(page, 'Losers'), { timeout: 60_000 }).toBeGreaterThan(before);
    });

    await test.step('every evaluation has tried the answers of each policy, and the reference’s are drawn', async () => {
      for (const title of ['Answer length', 'End rate']) {
        const table = await readTable(page, title);
        expect(Math.min(...policies.map((name) => pointsOf(table, name).length))).toBeGreaterThanOrEqual(2);
        const [start] = pointsOf(table, 'reference');
        for (const name of policies) expect(pointsOf(table, name)[0]).toEqual(start);
      }
    });

    await button('Stop').click();
    await expect(button('Train')).toBeVisible();
    const kept = await readTable(page, 'Winners');

    await page.reload();
    await expect(page.getByRole('button', { name: 'Tiny', exact: true })).toBeVisible();
    await expect.poll(async () => (await readTable(page, 'Winners')).rows.length).toBeGreaterThanOrEqual(kept.rows.length);
    expect((await readTable(page, 'Winners')).rows.slice(0, kept.rows.length)).toEqual(kept.rows);

    await test.step('each token’s change is found, too, and adds up to what its pair has moved', async () => {
      await page.getByRole('button', { name: 'Where it happens, token by token' }).click();
      const changeOf = ({ columns, rows }: Table, which: (row: readonly string[]) => boolean): number =>
        rows.filter(which).reduce((sum, row) => sum + Number(row[columns.indexOf('Change')]!.replace('−', '-')), 0);
      const tokens = await readTable(page, 'Tokens of the pair');
      const pair = await readTable(page, 'This pair over the run');
      const last = pair.rows.at(-1)!;
      for (const side of ['Winner', 'Loser']) {
        for (const kind of ['shared', 'edited']) {
          const sum = changeOf(tokens, (row) => row[1] === side && row[2] === kind);
          expect(Number(last[pair.columns.indexOf(`${side.toLowerCase()}, ${kind}`)]!.replace('−', '-'))).toBeCloseTo(sum, 2);
        }
      }
      expect(tokens.rows.map((row) => row[2])).toContain('edited');
      await page.getByRole('listbox', { name: 'Winner' }).getByRole('option').first().focus();
      await page.keyboard.press('End');
      await expect(page.getByText(/^end, shared: from .* nats$/)).toBeVisible();
    });
  });
}
