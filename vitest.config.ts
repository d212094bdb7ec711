// Two projects: `unit` runs in Node, `webgpu` in a real Chromium on a real WebGPU adapter (SwiftShader by default).
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArgs, findChromium } from './scripts/chromium.mjs';
import { bundledEarly } from './vite.config.ts';

// Vitest's reporter prints failures with Map.groupBy, which Node 20 does not have yet.
if (!Reflect.has(Map, 'groupBy')) {
  Reflect.set(Map, 'groupBy', <T, K>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> => {
    const groups = new Map<K, T[]>();
    let index = 0;
    for (const item of items) {
      const key = keyOf(item, index++);
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
    return groups;
  });
}

export default defineConfig({
  test: {
    projects: [
      {
        // In Node the tfjs packages resolve to their CommonJS builds, which share one tfjs-core.
        test: { name: 'unit', environment: 'node', include: ['tests/unit/**/*.test.{ts,tsx}'], testTimeout: 60_000 },
      },
      {
        optimizeDeps: { include: [...bundledEarly, '@jax-js/jax'] },
        server: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } },
        test: {
          name: 'webgpu',
          include: ['tests/webgpu/**/*.test.ts'],
          globalSetup: ['tests/webgpu/requireAdapter.ts'],
          // SwiftShader is some hundred times slower than a GPU.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium() ?? undefined, args: chromiumArgs },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
