// A realm is a worker or a process that holds one contender, so that none sees what another has done to a library they
// share, and each begins as its package ships it. Here are the orders it takes and the side that carries them out.
import { counted, type Counts } from '../../engine/benchmark/counters';
import type { Contender, OpenContender, Place, Task } from '../../engine/benchmark/contender';
import type { KernelReport } from '../../engine/benchmark/kernels';
import type { SamplingTimes } from '../../engine/benchmark/ours';
import type { BackendName } from '../../engine/device';

export const contenderNames = ['ours', 'stockTfjs', 'jaxJs'] as const;
export type ContenderName = (typeof contenderNames)[number];

/** What a realm runs on. */
export interface RealmDevice {
  /** One line for people. */
  readonly adapter: string;
  /** What WebGPU says of its adapter, which must be the same in all realms; empty on other backends. */
  readonly identity: string;
  readonly software: boolean;
  readonly notes: readonly string[];
}

/** Each order with what it is answered. */
export interface Orders {
  device: { ask: { readonly backend: BackendName }; answer: RealmDevice };
  /** Opens a task; the answer is its number. */
  open: { ask: { readonly task: Task }; answer: number };
  step: { ask: { readonly id: number }; answer: { readonly ms: number; readonly loss: number } };
  /** One step that is counted, not timed; of ours as a run takes it, which reads its metrics at evaluations only. */
  count: { ask: { readonly id: number }; answer: Counts | null };
  close: { ask: { readonly id: number }; answer: null };
  sample: { ask: { readonly task: Task; readonly prompt: number; readonly tokens: number; readonly times: number }; answer: SamplingTimes };
  kernels: { ask: { readonly task: Task; readonly steps: number }; answer: KernelReport | null };
}

export type OrderName = keyof Orders;
export type Order = { [Name in OrderName]: { readonly do: Name } & Orders[Name]['ask'] }[OrderName];

/** The orchestrator's side. One order at a time. */
export interface Realm {
  ask<Name extends OrderName>(name: Name, order: Orders[Name]['ask']): Promise<Orders[Name]['answer']>;
  /** Ends the realm at once, whatever it is doing. */
  end(): void;
}

export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** What a realm can do; the last two only where the lab's own engine is. */
export interface Ability {
  readonly open: OpenContender;
  readonly device: (backend: BackendName, place: Place) => Promise<RealmDevice>;
  readonly sample?: (order: Orders['sample']['ask'], place: Place) => Promise<SamplingTimes>;
  readonly kernels?: (order: Orders['kernels']['ask'], place: Place) => Promise<KernelReport | null>;
}

/** The realm's side: carries out orders, one after the other, by the ability that `load` gives when the first comes. */
export function createServant(load: () => Promise<Ability>, place: Place): (order: Order) => Promise<Answer> {
  const opened = new Map<number, { readonly contender: Contender; readonly backend: BackendName }>();
  let ability: Promise<Ability> | undefined;
  let next = 0;

  async function carryOut(order: Order): Promise<unknown> {
    const able = await (ability ??= load());
    const held = () => opened.get((order as { id: number }).id)!;
    switch (order.do) {
      case 'device':
        return able.device(order.backend, place);
      case 'open':
        opened.set(next, { contender: await able.open(order.task, place), backend: order.task.backend });
        return next++;
      case 'step': {
        const { contender } = held();
        const start = performance.now();
        const loss = await contender.train();
        return { ms: performance.now() - start, loss };
      }
      case 'count':
        return held().backend === 'webgpu' ? counted(() => held().contender.step?.() ?? held().contender.train()) : null;
      case 'close':
        held().contender.dispose();
        opened.delete(order.id);
        return null;
      case 'sample':
        return able.sample!(order, place);
      case 'kernels':
        return able.kernels!(order, place);
    }
  }
  return async (order) => {
    try {
      return { ok: true, value: await carryOut(order) };
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** The orchestrator's side over any way of sending an order and hearing its answer. */
export function createRealm(send: (order: Order) => void, end: () => void): { readonly realm: Realm; hear(answer: Answer): void; fail(reason: string): void } {
  let waiting: ((answer: Answer) => void) | undefined;
  let failed: string | undefined;
  const fail = (reason: string): void => {
    failed ??= reason;
    waiting?.({ ok: false, message: failed });
  };
  return {
    realm: {
      async ask(name, order) {
        const answer = await new Promise<Answer>((resolve) => {
          if (failed !== undefined) return resolve({ ok: false, message: failed });
          waiting = resolve;
          send({ do: name, ...order } as Order);
        });
        if (!answer.ok) throw new Error(answer.message);
        return answer.value as never;
      },
      end() {
        // Who still waits for an answer would wait for ever.
        fail('it was ended.');
        end();
      },
    },
    hear: (answer) => waiting?.(answer),
    fail,
  };
}
