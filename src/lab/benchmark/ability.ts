// What the realms of the lab's own bundle can do: the lab's engine, and stock TensorFlow.js. Each is loaded only in the
// realm that is for it, so that neither's registrations reach the other, nor the lab's worker.
import type { Place } from '../../engine/benchmark/contender';
import type { BackendName } from '../../engine/device';
import type { Ability, ContenderName, RealmDevice } from './realm';

/** For realms without the lab's engine, which know only what WebGPU says. */
export async function foreignDevice(backend: BackendName, place: Place): Promise<RealmDevice> {
  const { adapterIdentity } = await import('../../engine/benchmark/contender');
  const { identity, software } = backend === 'webgpu' ? await adapterIdentity(place) : { identity: '', software: false };
  return { adapter: identity || backend, identity, software, notes: [] };
}

export async function loadAbility(name: ContenderName): Promise<Ability> {
  if (name === 'ours') {
    const [{ openDevice, openOurs, timeSampling }, { timeKernels }] = await Promise.all([
      import('../../engine/benchmark/ours'),
      import('../../engine/benchmark/kernels'),
    ]);
    return {
      open: openOurs,
      async device(backend, place) {
        const { adapter, software, notes } = await openDevice(backend, place);
        return { adapter, identity: (await foreignDevice(backend, place)).identity, software, notes };
      },
      sample: ({ task, prompt, tokens, times }, place) => timeSampling(task, place, prompt, tokens, times),
      kernels: ({ task, steps }, place) => timeKernels(task, place, steps),
    };
  }
  if (name === 'stockTfjs') {
    const { openStock } = await import('../../engine/benchmark/stock');
    return { open: openStock, device: foreignDevice };
  }
  throw new Error(`${name} is no contender of the lab’s own bundle.`);
}
