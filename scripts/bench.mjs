// `npm run bench`: the lab's training step against stock TensorFlow.js and jax-js; see docs/performance.md.
//   --json             one JSON document on standard output, and nothing else there
//   --browser, --node  in Chromium, or in Node on Dawn; by default Node where Dawn finds an adapter, else Chromium
//   --backends a,b     of webgpu, wasm, cpu; by default webgpu,wasm
//   --quick            the small size alone
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');
const known = ['webgpu', 'wasm', 'cpu'];

function usage(message) {
  console.error(`${message} Usage: npm run bench -- [--json] [--browser | --node] [--backends ${known.join(',')}] [--quick]`);
  process.exit(2);
}

const values = (() => {
  try {
    return parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        browser: { type: 'boolean', default: false },
        node: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        backends: { type: 'string', default: 'webgpu,wasm' },
      },
    }).values;
  } catch (error) {
    return usage(error.message);
  }
})();
const backends = values.backends.split(',');
const unknown = backends.find((name) => !known.includes(name));
if (unknown !== undefined) usage(`“${unknown}” is no backend.`);
const wanted = { backends, quick: values.quick, json: values.json };

/** Dawn loads the Vulkan loader by name; where the system has none, Debian's Chromium brings one along. */
function vulkan() {
  const chromium = '/usr/lib/chromium';
  const known = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
  if (process.platform !== 'linux' || known.includes('libvulkan.so.1') || !existsSync(`${chromium}/libvulkan.so.1`)) return {};
  return { LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, chromium].filter(Boolean).join(':') };
}

if (values.browser || (!values.node && backends.includes('webgpu') && !dawnWorks())) await inBrowser();
else await inNode();

function dawnWorks() {
  const ask = `
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    if (!(await create([]).requestAdapter())) process.exit(1);
    process.exit(0);`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', ask], { cwd: root, env: { ...process.env, ...vulkan() }, stdio: 'ignore' });
  return status === 0;
}

async function inNode() {
  const { build } = await import('esbuild');
  const outfile = path.join(root, '.cache', 'bench.mjs');
  mkdirSync(path.dirname(outfile), { recursive: true });
  await build({
    entryPoints: [path.join(root, 'bench/node.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // The ES modules rather than the CommonJS builds: only they let the yardstick have tfjs' gradients.
    mainFields: ['module', 'main'],
    external: ['webgpu'],
    // Addresses that only a browser's bundle has; what imports them is not loaded in Node.
    loader: { '.wasm': 'empty' },
    banner: {
      js: [
        "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
        'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
      ].join('\n'),
    },
    outfile,
    logLevel: 'error',
  });
  const env = { ...process.env, ...vulkan() };
  process.exitCode = spawnSync(process.execPath, [outfile, JSON.stringify(wanted)], { cwd: root, env, stdio: 'inherit' }).status ?? 1;
}

async function inBrowser() {
  const [{ createServer }, { chromium }, { chromiumArgs, ensureChromium }] = await Promise.all([
    import('vite'),
    import('playwright'),
    import('./chromium.mjs'),
  ]);
  // Neither an edited file nor a dependency found late may reload the page in the middle of a measurement.
  const server = await createServer({
    root,
    server: { port: 5300, hmr: false, watch: null },
    cacheDir: '.cache/bench-vite',
    optimizeDeps: {
      entries: ['bench/index.html', 'bench/worker.ts'],
      include: ['@jax-js/jax'],
    },
    logLevel: 'error',
  });
  await server.listen();
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    // Timestamps would be rounded to a tenth of a millisecond.
    args: [...chromiumArgs, '--disable-dawn-features=timestamp_quantization'],
  });
  try {
    const page = await browser.newPage();
    // A kernel that does not compile is a warning on the console and a fast step: no timing then means anything.
    const broken = new Promise((_, reject) => {
      page.on('console', (message) => {
        if (message.type() !== 'debug') console.error(message.text());
        if (/Invalid (ComputePipeline|CommandBuffer)/.test(message.text())) reject(new Error('WebGPU refused a kernel; see above.'));
      });
      page.on('crash', () => reject(new Error('The browser’s page died.')));
    });
    await page.goto(`${server.resolvedUrls.local[0]}bench/index.html`);
    await page.waitForFunction(() => 'bench' in globalThis);
    const run = page.evaluate(([wanted, runtime]) => globalThis.bench(wanted, runtime), [wanted, `Chromium ${browser.version()}`]);
    const { json, text } = await Promise.race([broken, run]);
    console.log(values.json ? json : text);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await browser.close();
    await server.close();
  }
}
