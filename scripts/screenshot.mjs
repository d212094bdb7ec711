// Takes the README's picture from the built page: trains a recipe to its end and photographs the workbench.
// `npm run build && node scripts/screenshot.mjs [RECIPE.json]`; by default the recipe that the page opens with.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright';
import { preview } from 'vite';
import { chromiumArgs, ensureChromium } from './chromium.mjs';

const root = path.resolve(import.meta.dirname, '..');
const [file] = process.argv.slice(2);
const hash = file ? `#/compare?recipe=${Buffer.from(await readFile(file)).toString('base64url')}` : '';

const server = await preview({ root, preview: { port: 4300 } });
const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArgs });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2 });
  await page.goto(`${server.resolvedUrls.local[0]}?backend=wasm${hash}`);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/^Finished · /).first().waitFor({ timeout: 30 * 60_000 });
  await page.getByRole('button', { name: 'Answer', exact: true }).click();
  await page.getByText('writing …').waitFor({ state: 'hidden', timeout: 120_000 });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path.join(root, 'docs/screenshot.png') });
} finally {
  await browser.close();
  await server.close();
}
