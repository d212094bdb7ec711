// `npm run bench`: times the engine in Node, or with `--browser` in Chromium on WebGPU; see docs/performance.md.
// Other arguments are names of backends: `npm run bench -- wasm`, `npm run bench -- --browser webgpu wasm`.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({ options: { browser: { type: 'boolean' } }, allowPositionals: true });

if (values.browser) {
  await inBrowser();
} else {
  await inNode();
}

async function inNode() {
  const { build } = await import('esbuild');
  const outfile = path.join(root, '.cache', 'bench.mjs');
  mkdirSync(path.dirname(outfile), { recursive: true });
  await build({
    entryPoints: [path.join(root, 'bench/node.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    // The ES modules rather than the CommonJS builds: only they let the yardstick have tfjs' gradients.
    mainFields: ['module', 'main'],
    banner: {
      js: [
        "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
      ].join('\n'),
    },
    outfile,
    logLevel: 'warning',
  });
  process.exitCode = spawnSync(process.execPath, [outfile, ...positionals], { cwd: root, stdio: 'inherit' }).status ?? 1;
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
    optimizeDeps: { entries: ['bench/index.html'] },
    logLevel: 'error',
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArgs });
  try {
    const page = await browser.newPage();
    console.log(`Chromium ${browser.version()}`);
    // A kernel that does not compile is a warning on the console and a fast step: no timing then means anything.
    const broken = new Promise((_, reject) => {
      page.on('console', (message) => {
        if (message.type() !== 'debug') console.log(message.text());
        if (/Invalid (ComputePipeline|CommandBuffer)/.test(message.text())) reject(new Error('WebGPU refused a kernel; see above.'));
      });
    });
    const backends = positionals.length > 0 ? positionals : ['webgpu'];
    await page.goto(`${server.resolvedUrls.local[0]}bench/index.html?backends=${backends.join()}`);
    await Promise.race([broken, page.waitForFunction(() => document.title !== 'running', undefined, { timeout: 0 })]);
    if ((await page.title()) !== 'finished') process.exitCode = 1;
  } finally {
    await browser.close();
    await server.close();
  }
}
