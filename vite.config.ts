// How the page is built and served. The output is a folder of static files that works under any path of any host.
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { contentSecurityPolicy, isolationHeaders } from './scripts/policy.ts';

/** Vite discovers these late, behind the worker, and would reload the page in the middle of its first use. */
export const bundledEarly = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  'hyparquet',
  'hyparquet-compressors',
];

/** zod looks for `new Function` unless told not to, and the policy rightly reports that as a violation. */
const withoutEval = '(globalThis.__zod_globalConfig??={}).jitless=true;';

function securityPolicy(): Plugin {
  return {
    name: 'security-policy',
    // The development server needs inline scripts for its hot reloading, so only the built page has the policy.
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** The page is loaded in two pieces, one after the other (`src/main.tsx`); both are fetched from the start. */
function preloadPage(): Plugin {
  return {
    name: 'preload-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const files = new Set<string>();
        const add = (file: string): void => {
          const chunk = bundle[file];
          if (files.has(file) || chunk?.type !== 'chunk') return;
          files.add(file);
          chunk.imports.forEach(add);
        };
        const page = Object.values(bundle).find((one) => one.type === 'chunk' && one.facadeModuleId?.endsWith('/src/app/mount.ts'));
        if (page === undefined) throw new Error('The build has no chunk for src/app/mount.ts.');
        add(page.fileName);
        return [...files].map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `./${file}` }, injectTo: 'head' as const }));
      },
    },
  };
}

/**
 * tfjs starts its WASM threads from `factory.toString()`. A minifier takes for granted that a function stays where it
 * was written and lets it name variables outside itself, which a thread does not have; so threads get the source file.
 */
function wasmThreadSource(): Plugin {
  return {
    name: 'wasm-thread-source',
    transform: {
      filter: { id: /tfjs-backend-wasm[\\/]dist[\\/]backend_wasm\.js$/ },
      handler(code) {
        const printed = /`var WasmBackendModuleThreadedSimd = ` \+\s*wasmFactoryThreadedSimd\.toString\(\)/;
        if (!printed.test(code)) this.error('tfjs-backend-wasm starts its threads in another way than this build expects.');
        return {
          code: `import threadSource from '../wasm-out/tfjs-backend-wasm-threaded-simd.js?raw';\n${code.replace(printed, 'threadSource')}`,
          map: null,
        };
      },
    },
  };
}

export default defineConfig({
  base: './',
  // Views live behind the hash, so a missing file is a 404 here as on any static host, not the page again.
  appType: 'mpa',
  plugins: [react(), securityPolicy(), preloadPage(), wasmThreadSource()],
  worker: { format: 'es', plugins: () => [wasmThreadSource()], rolldownOptions: { output: { intro: withoutEval } } },
  optimizeDeps: { include: bundledEarly },
  build: {
    target: 'es2022',
    sourcemap: true,
    // Inlined files are data: addresses, which the policy refuses for fonts and scripts.
    assetsInlineLimit: 0,
    // The licences of everything that is bundled travel with it.
    license: { fileName: 'licences.md' },
    // One tfjs chunk of about a megabyte is expected; it is loaded by the worker, off the page's critical path.
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { output: { intro: withoutEval } },
  },
  server: { headers: isolationHeaders },
  preview: {
    port: 4173,
    headers: { ...isolationHeaders, 'Content-Security-Policy': contentSecurityPolicy },
  },
});
