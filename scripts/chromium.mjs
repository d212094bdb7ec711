// Finds a Chromium that can do WebGPU, installs one where none is, and proves that it gives an adapter.
// Used by the Vitest and Playwright configurations, by `npm test`, and by hand: `node scripts/chromium.mjs`.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { accessSync, constants, existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright';

/**
 * `LAB_ADAPTER=gpu` runs the browser tests on the machine's own GPU; by default they run on SwiftShader,
 * which every Chromium carries, so that a machine without a GPU tests real WebGPU too.
 */
const onGpu = process.env.LAB_ADAPTER === 'gpu';

/** Switches for every Chromium that tests start. */
export const chromiumArgs = [
  '--enable-unsafe-webgpu',
  ...(onGpu ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : ['--use-webgpu-adapter=swiftshader']),
  // Root (a container, a build machine) cannot use Chromium's sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  // Nothing may reach out to the network during a test.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
];

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The path of an installed Chromium: `CHROMIUM_PATH`, then the system's, then Playwright's own; null when there is none.
 * @returns {string | null}
 */
export function findChromium() {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted) {
    if (!runs(wanted)) throw new Error(`CHROMIUM_PATH names ${wanted}, which is no program that can be run.`);
    return wanted;
  }
  return [...places, chromium.executablePath()].find((path) => path && runs(path)) ?? null;
}

/** Installs Chromium: as root on Debian and its like from the system's packages, elsewhere Playwright's own build. */
function installChromium() {
  const run = (command, args) => {
    // Progress goes to standard error: standard output is for the path alone.
    const { status } = spawnSync(command, args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    return status === 0;
  };
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version') && run('apt-get', ['update', '-q'])) {
    if (run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium']) && findChromium()) return;
    // Ubuntu's `chromium` package only points at a snap, which a container cannot run: go on to Playwright's.
  }
  run(process.execPath, [
    new URL('../node_modules/playwright/cli.js', import.meta.url).pathname,
    'install',
    ...(process.getuid?.() === 0 ? ['--with-deps'] : []),
    'chromium',
  ]);
}

/**
 * An installed Chromium's path, after installing one if need be.
 * @returns {string}
 */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  console.error('No Chromium was found; installing one …');
  installChromium();
  const installed = findChromium();
  if (!installed) {
    throw new Error(
      'No Chromium could be installed. Install Chromium or Chrome 121 or later and name it in CHROMIUM_PATH.',
    );
  }
  return installed;
}

/**
 * Starts the browser and asks for a WebGPU adapter and device.
 * @param {string} path
 * @returns {Promise<string>} the adapter in words
 */
export async function checkAdapter(path) {
  // navigator.gpu exists in secure contexts only, and about:blank is none; a page of localhost is.
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: path, args: chromiumArgs });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${server.address().port}/`);
    const adapter = await page.evaluate(async () => {
      const found = await navigator.gpu?.requestAdapter();
      if (!found) return null;
      const device = await found.requestDevice();
      device.destroy();
      return [found.info.vendor, found.info.architecture, found.info.description].filter(Boolean).join(' ');
    });
    if (adapter === null) {
      throw new Error(
        `${path} (version ${browser.version()}) gives no WebGPU adapter${onGpu ? ' for this GPU' : ', not even SwiftShader'}. ` +
          'The tests need one: name another Chromium in CHROMIUM_PATH.',
      );
    }
    return adapter;
  } finally {
    await browser.close();
    server.close();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const path = ensureChromium();
    const adapter = await checkAdapter(path);
    console.error(`WebGPU adapter: ${adapter}`);
    console.log(path);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
