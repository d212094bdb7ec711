// `npm run bench:pairs`: times the store for preference pairs in Chromium, with a database on the disk, and then the page
// that shows them; another number of pairs than 100,000 as its argument, `--page` for the page alone.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { measurePage } from './benchPairsPage.mjs';
import { chromiumArgs, ensureChromium } from './chromium.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({ options: { page: { type: 'boolean' } }, allowPositionals: true });
const pairs = Number(positionals[0] ?? 100_000);
// Built as the page is, since a development server gives the worker file by file.
const outDir = path.join(root, '.cache', 'benchPairs');
const input = ['index.html', 'bench/pairs.html'].map((file) => path.join(root, file));
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true, license: false, rolldownOptions: { input } } });
const server = await preview({ root, logLevel: 'error', preview: { port: 5310 }, build: { outDir } });
const address = server.resolvedUrls.local[0];
let context;
try {
  if (!values.page) await inBrowser(measureStore);
  await inBrowser((browser) => measurePage(browser, { root, address, count: pairs, print, peakMegabytes }));
} finally {
  await server.close();
}

/** Each part has a browser and a database of its own, so that neither remembers what the other did. */
async function inBrowser(measure) {
  // A private window would keep its database in memory.
  const profile = mkdtempSync(path.join(tmpdir(), 'bench-pairs-'));
  context = await chromium.launchPersistentContext(profile, { executablePath: ensureChromium(), args: chromiumArgs });
  try {
    context.on('page', (page) => {
      // A page that has died would be waited for without an end.
      page.on('crash', () => {
        console.error('The page has crashed.');
        process.exit(1);
      });
      page.on('console', (message) => {
        if (message.type() === 'error') console.error(message.text());
      });
    });
    console.log(`Chromium ${context.browser()?.version() ?? ''}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown processor'}`);
    await measure(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

async function measureStore() {
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.text().startsWith('[')) print(...JSON.parse(message.text()));
  });
  await page.exposeFunction('processorSeconds', processorSeconds);
  await page.exposeFunction('peakMegabytes', peakMegabytes);
  await page.goto(`${address}bench/pairs.html?pairs=${pairs}`);
  await page.waitForFunction(() => document.title !== 'running', undefined, { timeout: 0 });
  if ((await page.title()) !== 'finished') process.exitCode = 1;
}

function print(name, value) {
  console.log(`${name.padEnd(56)} ${value}`);
}

/** Chromium's processes as it lists them, with what the system says of each; Linux alone tells. */
async function processes(file) {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo = [] } = (await session?.send('SystemInfo.getProcessInfo')) ?? {};
  await session?.detach();
  return processInfo.filter(({ id }) => existsSync(`/proc/${id}/${file}`)).map(({ type, id }) => ({ type, text: readFileSync(`/proc/${id}/${file}`, 'utf8') }));
}

/** Time that all of them have computed; null where nobody tells. */
async function processorSeconds() {
  const all = await processes('stat');
  // Fields 14 and 15, counted after the name, which may hold anything; in hundredths of a second.
  const ticks = all.map(({ text }) => text.slice(text.lastIndexOf(')') + 2).split(' ').slice(11, 13).reduce((sum, field) => sum + Number(field), 0));
  return all.length > 0 ? ticks.reduce((sum, one) => sum + one, 0) / 100 : null;
}

/** The most memory that the page's process, its worker included, ever had. */
async function peakMegabytes() {
  const peaks = (await processes('status'))
    .filter(({ type }) => type === 'renderer')
    .map(({ text }) => Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1] ?? 0));
  return peaks.length > 0 ? Math.round(Math.max(...peaks) / 1000) : null;
}
