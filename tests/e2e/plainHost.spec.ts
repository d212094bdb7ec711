// The build on the plainest host there is: files under some path, no headers of ours, so no WASM threads either.
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, lastStep, openLab, test } from './lab';

const dist = path.resolve(import.meta.dirname, '../../dist');
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.json': 'application/json' };

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const inside = pathname.replace(/^\/some\/path\//, '').replace(/^$/, 'index.html');
    const file = path.join(dist, path.normalize(`/${inside}`));
    readFile(file).then(
      (bytes) => response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, 'localhost', () => resolve(server)));
}

test.use({
  // Playwright reads a fixture's needs from the pattern of its first argument; this one needs none.
  baseURL: async ({}, use) => {
    const server = await serve();
    await use(`http://localhost:${(server.address() as AddressInfo).port}/some/path/`);
    server.close();
  },
});

test('the built page trains under any path of a host that sends no headers', async ({ page }) => {
  await openLab(page, 'wasm');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect.poll(() => lastStep(page, 'Losers'), { timeout: 60_000 }).toBeGreaterThanOrEqual(1);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
});
