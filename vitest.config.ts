// Two projects: `unit` runs in Node, `webgpu` in a real Chromium on a real WebGPU adapter (SwiftShader by default).
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArgs, findChromium } from './scripts/chromium.mjs';
import { bundledEarly } from './vite.config.ts';

export default defineConfig({
  test: {
    projects: [
      {
        // In Node the tfjs packages resolve to their CommonJS builds, which share one tfjs-core.
        test: { name: 'unit', environment: 'node', include: ['tests/unit/**/*.test.{ts,tsx}'] },
      },
      {
        optimizeDeps: { include: bundledEarly },
        server: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } },
        test: {
          name: 'webgpu',
          include: ['tests/webgpu/**/*.test.ts'],
          globalSetup: ['tests/webgpu/requireAdapter.ts'],
          // SwiftShader is some hundred times slower than a GPU.
          testTimeout: 60_000,
          hookTimeout: 60_000,
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
