// Nothing is left behind on the GPU: buffers are counted as they are made and destroyed, through 200 steps of all objectives.
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import type { KernelName } from '../../src/engine/gpu/operation';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { objectives } from '../../src/engine/objectives';
import { expectNothingLeft, type WatchedDevice } from '../support/leaks';

/** SwiftShader is slow, and a build machine is slower still. */
const TIME = 180_000;

/** Counts a device's buffers from now on. */
function countBuffers(device: GPUDevice): () => string {
  const live = new Set<GPUBuffer>();
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    live.add(buffer);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      live.delete(buffer);
      return destroy();
    };
    return buffer;
  };
  return () => `${live.size} buffers of ${[...live].reduce((sum, { size }) => sum + size, 0)} bytes`;
}

async function watchedGpu(off?: ReadonlySet<KernelName>): Promise<WatchedDevice> {
  const report = await openBackend({ choice: 'webgpu' });
  const device = openedGpu()!;
  const buffers = countBuffers(device);
  let gpu: GpuRuntime | undefined;
  return {
    open() {
      // Buffers for reading back and for uniforms stay with the runtime, and tfjs keeps what it may use again.
      gpu?.dispose();
      if (off) (tf.backend() as unknown as { bufferManager: { dispose(): void } }).bufferManager.dispose();
      gpu = createGpuRuntime(device, off);
      return Promise.resolve(report);
    },
    createCohort: (options) => createFusedCohort(gpu!, options),
    memory() {
      const { numTensors, numBytes } = tf.memory();
      return `${buffers()}, ${numTensors} tensors of ${numBytes} bytes`;
    },
  };
}

const ids = Object.keys(objectives);

// A lab takes sixteen policies at most.
it.each([['first', ids.slice(0, 12)], ['second', ids.slice(12)]] as const)(
  'the %s half of the objectives together hold no more on the GPU in step 200 than in step 22, and nothing once they are put away',
  async (_, half) => expectNothingLeft(await watchedGpu(), half),
  TIME,
);

it('neither do they where composed forms stand in for kernels that are switched off', async () => {
  await expectNothingLeft(await watchedGpu(new Set(['embedding gradient', 'swiglu', 'divergence', 'objective'])), ['kto', 'aot']);
}, TIME);
