// Nothing is left behind, whatever the objective: each by itself on WASM. On WebGPU they are held to it in `tests/webgpu`.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, it } from 'vitest';
import { objectives } from '../../../src/engine/objectives';
import { createCohort } from '../../../src/engine/training/cohort';
import { expectNothingLeft } from '../../support/leaks';
import { openInNode } from '../../support/nodeBackend';

beforeAll(() => openInNode('wasm'));

const device = {
  open: () => openInNode('wasm'),
  createCohort,
  memory() {
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    return `${numTensors} tensors in ${numDataBuffers} buffers of ${numBytes} bytes`;
  },
};

it.each(Object.keys(objectives))('%s holds no more memory in step 200 than in step 22, and none once it is put away', (objective) =>
  expectNothingLeft(device, [objective]));
