// WebGPU in Node through Dawn. Loaded only when it is asked for: most machines that run the command line have no GPU.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { UserError } from '../src/engine/errors';

/** Where Debian's chromium keeps a software Vulkan that Dawn accepts. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * A GPU object for `openBackend`, with the constants that WebGPU code expects to be global.
 * @param switches of Dawn, such as `disable-dawn-features=…`.
 * @throws UserError if the package is not installed or does not run on this machine.
 */
export async function nodeGpu(switches: string[] = []): Promise<GPU> {
  // The Vulkan loader wants it, and containers often have none.
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  let dawn: typeof import('webgpu');
  try {
    dawn = await import('webgpu');
  } catch (error) {
    throw new UserError('WebGPU cannot be used in Node here ({reason}). Choose --backend wasm.', {
      reason: (error instanceof Error ? error.message : String(error)).split('\n')[0]!,
    });
  }
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(switches);
  if ((await gpu.requestAdapter()) || process.env.VK_ICD_FILENAMES || !existsSync(SWIFTSHADER)) return gpu;
  process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  return dawn.create(switches);
}
