// The part of `npm run bench:pairs` that a person would see: the same pairs taken through the built page, from the file to
// the scrolled list. Each measure is printed beside what it should be.
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

/** Frames are counted for so long, in milliseconds. */
const SCROLLED_FOR = 5000;
/** Pixels of each frame: a hundred rows a second and more. */
const SCROLLED_BY = 120;

/** The benchmark's file, written by the same code as in the browser. */
async function writeRows(root, folder, count) {
  const { outputFiles } = await build({ entryPoints: [path.join(root, 'bench/pairsText.ts')], bundle: true, format: 'esm', write: false });
  const { writePairs } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  const file = path.join(folder, 'rows.jsonl');
  await writeFile(file, (await writePairs(count)).stream());
  return file;
}

/** Runs in the page before anything else: keeps its long tasks, and finds what is waited for to the frame. */
function watch() {
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  window.framesUntil = (holds) =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const look = () => {
        if (holds()) resolve(performance.now());
        else if (performance.now() - begun > 60_000) reject(new Error(`A minute went by in which this never held: ${String(holds)}`));
        else requestAnimationFrame(look);
      };
      look();
    });
  // What stands before “of” or “pairs”, as a number.
  window.passing = () => Number(/^[\d,]+/.exec(document.querySelector('main section [role=status]')?.textContent ?? '')?.[0].replaceAll(',', ''));
  window.rowsShown = () => document.querySelectorAll('main [role=grid] [role=row] [role=gridcell]').length > 0;
}

/**
 * @param {import('playwright').BrowserContext} context with a database on the disk and nothing in it
 * @param {{ root: string, address: string, count: number, print: (name: string, value: unknown) => void, peakMegabytes: () => Promise<number | null> }} bench
 */
export async function measurePage(context, { root, address, count, print, peakMegabytes }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-pairs-file-'));
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.addInitScript(watch);
  const told = (name, value, target) => print(`page: ${name}`, `${String(value).padEnd(8)} (to reach: ${target})`);
  const longest = async () => {
    // The observer hears of a task after it.
    await page.waitForTimeout(100);
    return page.evaluate(() => Math.round(Math.max(0, ...window.longTasks.splice(0))));
  };
  const tasks = (value) => (value === 0 ? 'none' : value);
  try {
    const file = await writeRows(root, folder, count);
    await page.goto(`${address}?backend=wasm#/pairs/import`);
    await page.locator('input[type=file]').setInputFiles(file);
    const button = page.getByRole('button', { name: 'Import all rows', exact: true });
    await button.waitFor();
    await longest();
    const begun = Date.now();
    await button.click();
    await page.getByRole('heading', { name: /pairs are in/ }).waitFor();
    told('import (s)', ((Date.now() - begun) / 1000).toFixed(1), '30');
    told('import: longest task over 50 ms', tasks(await longest()), 'none');

    const opened = await page.evaluate(async () => {
      const begun = performance.now();
      [...document.querySelectorAll('button')].find((one) => one.textContent === 'Look at the pairs').click();
      return (await window.framesUntil(window.rowsShown)) - begun;
    });
    told('open from the list (ms)', Math.round(opened), '1000');
    await page.reload();
    // Time in a page begins when its address is asked for.
    told('open by its address (ms)', Math.round(await page.evaluate(() => window.framesUntil(window.rowsShown))), '1000');
    await page.waitForTimeout(3000);
    await longest();

    const filters = await page.evaluate(async () => {
      const total = window.passing();
      const times = [];
      // Training on and off, then held-out.
      for (const place of [0, 0, 1, 1]) {
        const isOn = window.passing() === total;
        const begun = performance.now();
        document.querySelectorAll('section[aria-label=Filter] input[type=checkbox]')[place].click();
        times.push((await window.framesUntil(isOn ? () => window.passing() < total : () => window.passing() === total)) - begun);
      }
      return times;
    });
    told('filter, slowest (ms)', Math.round(Math.max(...filters)), '200');
    told('filter: longest task over 50 ms', tasks(await longest()), 'none');

    const frames = await page.evaluate(
      async ([time, by]) => {
        const grid = document.querySelector('main [role=grid]');
        const times = [];
        await new Promise((resolve) => {
          const frame = (now) => {
            times.push(now);
            grid.scrollTop += by;
            if (now - times[0] < time) requestAnimationFrame(frame);
            else resolve();
          };
          requestAnimationFrame(frame);
        });
        const gaps = times.slice(1).map((now, i) => now - times[i]);
        return { rate: (gaps.length * 1000) / (times.at(-1) - times[0]), slowest: Math.max(...gaps), far: grid.scrollTop };
      },
      [SCROLLED_FOR, SCROLLED_BY],
    );
    if (frames.far < SCROLLED_BY * 10) throw new Error('The list did not scroll.');
    told('scrolling (frames a second)', frames.rate.toFixed(1), '50');
    told('scrolling: slowest frame (ms)', Math.round(frames.slowest), '20');
    told('scrolling: longest task over 50 ms', tasks(await longest()), 'none');

    const memory = await page.evaluate(async () => (await performance.measureUserAgentSpecificMemory?.())?.bytes);
    if (memory !== undefined) told('memory (MB)', Math.round(memory / 1e6), '500');
    const peak = await peakMegabytes();
    if (peak !== null) told('peak of the process (MB)', peak, '500');
  } finally {
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
