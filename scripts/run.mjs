// Runs a TypeScript entry in Node: `node scripts/run.mjs cli/lab.ts ARGUMENTS`. Bundles it into .cache/ first.
// Packages stay outside the bundle, where Node takes each tfjs package's CommonJS build: they all require the same
// tfjs-core, whereas Node can not load its ES modules and two copies would split its kernel registry.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [entry, ...rest] = process.argv.slice(2);
if (!entry) {
  process.stderr.write('Usage: node scripts/run.mjs ENTRY.ts [ARGUMENTS]\n');
  process.exit(2);
}

// Below the root, so that packages are found; a name of its own, so that two at once do not collide.
const folder = join(root, '.cache', 'run');
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `${basename(entry, '.ts')}-${process.pid}.mjs`);
process.on('exit', () => rmSync(outfile, { force: true }));
await build({
  entryPoints: [resolve(entry)],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'inline',
  logLevel: 'error',
});
process.setSourceMapsEnabled(true);
// The program sees its own name and arguments, as if Node had been given it.
process.argv = [process.argv[0], outfile, ...rest];
await import(pathToFileURL(outfile).href);
