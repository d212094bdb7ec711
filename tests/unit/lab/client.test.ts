import { describe, expect, it } from 'vitest';
import { createLabClient, type LabClient } from '../../../src/lab/client';
import type { LabEvent, Request } from '../../../src/lab/protocol';
import { tinyRecipe } from '../../support/tinyLab';

/** Stands in for the browser's Worker: what it was sent, and a way to make it speak or die. */
class FakeWorker extends EventTarget {
  readonly received: unknown[] = [];
  terminated = false;
  postMessage(message: unknown): void {
    this.received.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(event: LabEvent): void {
    this.dispatchEvent(new MessageEvent('message', { data: event }));
  }
  die(): void {
    this.dispatchEvent(new Event('error'));
  }
}

function setUp(): { client: LabClient; workers: FakeWorker[]; events: LabEvent[] } {
  const workers: FakeWorker[] = [];
  const events: LabEvent[] = [];
  const client = createLabClient({
    assets: 'http://lab.test/',
    createWorker: () => {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    },
  });
  client.subscribe((event) => events.push(event));
  return { client, workers, events };
}

const open: Request = { type: 'open', backend: 'wasm' };
const train: Request = { type: 'train', runId: 'a', recipe: tinyRecipe() };

describe('the client', () => {
  it('greets its worker with where the files lie, then passes requests and events on', () => {
    const { client, workers, events } = setUp();
    client.send(train);
    expect(workers[0]!.received).toEqual([{ type: 'greeting', assets: 'http://lab.test/' }, train]);
    const event: LabEvent = { type: 'state', runId: 'a', state: 'preparing', step: 0 };
    workers[0]!.say(event);
    expect(events).toEqual([event]);
  });

  it('starts a dead worker again, opens the backend as before and says what was lost', () => {
    const { client, workers, events } = setUp();
    client.send(open);
    client.send(train);
    workers[0]!.say({ type: 'rows', runId: 'a', rows: [{ step: 7, policy: 0, values: { loss: 1 } }], elapsedMs: 1 });
    client.send({ type: 'sample', requestId: 's', settings: { prompt: 'x', temperature: 1, topK: 0, topP: 1, greedy: true, maxTokens: 1, seed: 1 } });
    events.length = 0;
    workers[0]!.die();
    expect(workers[0]!.terminated).toBe(true);
    expect(workers[1]!.received).toEqual([{ type: 'greeting', assets: 'http://lab.test/' }, open]);
    expect(events).toMatchObject([
      { type: 'failed', runId: 'a' },
      { type: 'state', runId: 'a', state: 'failed', step: 7 },
      { type: 'failed', requestId: 's' },
    ]);
    // What the dead worker still says is not heard, and what has ended is not lost twice.
    workers[0]!.say({ type: 'state', runId: 'a', state: 'training', step: 8 });
    events.length = 0;
    workers[1]!.die();
    expect(events).toMatchObject([{ type: 'failed' }]);
    expect(events[0]).not.toHaveProperty('runId');
  });

  it('fails a check or a benchmark that a worker dies over, once, but none that has ended', () => {
    const { client, workers, events } = setUp();
    for (const requestId of ['over', 'cancelled']) client.send({ type: 'check', requestId, part: 'kernels', seed: 1 });
    client.send({ type: 'benchmark', requestId: 'lost' });
    const result = { part: 'kernels', kernels: [], switchedOff: [] } as const;
    workers[0]!.say({ type: 'checked', requestId: 'over', adapter: 'GPU', result });
    workers[0]!.say({ type: 'cancelled', requestId: 'cancelled' });
    workers[0]!.say({ type: 'progress', requestId: 'lost', share: 0.5 });
    events.length = 0;
    workers[0]!.die();
    workers[1]!.die();
    expect(events.map((event) => ('requestId' in event ? event.requestId : undefined))).toEqual(['lost', undefined]);
  });

  it('tells the next worker which kernels were found wrong, and on which device', () => {
    const { client, workers } = setUp();
    const found = (kernel: string, adapter: string, passed = false) => {
      client.send({ type: 'check', requestId: kernel, part: 'kernels', seed: 1 });
      const kernels = [{ kernel, error: 0.5, passed }, { kernel: 'linear', error: 1e-7, passed: true }];
      workers.at(-1)!.say({ type: 'checked', requestId: kernel, adapter, result: { part: 'kernels', kernels, switchedOff: passed ? [] : [kernel] } });
    };
    found('swiglu', 'GPU', true);
    workers[0]!.die();
    expect(workers[1]!.received[0]).toEqual({ type: 'greeting', assets: 'http://lab.test/' });
    found('rotary', 'GPU');
    found('attention', 'GPU');
    workers[1]!.die();
    const distrusted = { GPU: [{ kernel: 'rotary', error: 0.5, passed: false }, { kernel: 'attention', error: 0.5, passed: false }] };
    expect(workers[2]!.received[0]).toEqual({ type: 'greeting', assets: 'http://lab.test/', distrusted });
  });

  it('gives up on a worker that keeps dying, and says so', () => {
    const { client, workers, events } = setUp();
    client.send(open);
    for (let i = 0; i < 3; i++) workers.at(-1)!.die();
    expect(workers).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ type: 'failed', message: expect.stringContaining('keeps dying') as string });
  });

  it('starts a worker it had given up on when a backend is chosen, and counts its deaths from none', () => {
    const { client, workers, events } = setUp();
    client.send(open);
    for (let i = 0; i < 3; i++) workers.at(-1)!.die();
    const chosen: Request = { type: 'open', backend: 'webgpu' };
    client.send(chosen);
    client.send(train);
    expect(workers).toHaveLength(4);
    expect(workers[3]!.received).toEqual([{ type: 'greeting', assets: 'http://lab.test/' }, chosen, train]);
    events.length = 0;
    workers[3]!.die();
    expect(workers).toHaveLength(5);
    expect(events[0]).toMatchObject({ type: 'failed', runId: 'a', message: expect.stringContaining('was started again') as string });
  });

  it('fails every other request at once while no worker is left', () => {
    const { client, workers, events } = setUp();
    for (let i = 0; i < 3; i++) workers.at(-1)!.die();
    const before = workers.map((worker) => worker.received.length);
    events.length = 0;
    const message = expect.stringContaining('keeps dying') as string;
    client.send(train);
    expect(events).toMatchObject([{ type: 'failed', runId: 'a', message }, { type: 'state', runId: 'a', state: 'failed', step: 0 }]);
    events.length = 0;
    client.send({ type: 'sample', requestId: 's', settings: { prompt: 'x', temperature: 1, topK: 0, topP: 1, greedy: true, maxTokens: 1, seed: 1 } });
    client.send({ type: 'pause', runId: 'b' });
    expect(events).toMatchObject([{ type: 'failed', requestId: 's', message }, { type: 'failed', runId: 'b', message }]);
    // Nor is what was refused lost a second time.
    events.length = 0;
    workers[2]!.die();
    expect(events).toEqual([]);
    expect(workers.map((worker) => worker.received.length)).toEqual(before);
  });

  it('forgives deaths once a worker has answered', () => {
    const { workers } = setUp();
    for (let i = 0; i < 5; i++) {
      workers.at(-1)!.die();
      workers.at(-1)!.say({ type: 'state', runId: 'a', state: 'preparing', step: 0 });
    }
    expect(workers).toHaveLength(6);
  });

  it('says nothing more once it is disposed of or nobody listens', () => {
    const { client, workers, events } = setUp();
    const off = client.subscribe(() => events.push({ type: 'state', runId: 'off', state: 'failed', step: 0 }));
    off();
    client.dispose();
    workers[0]!.say({ type: 'state', runId: 'a', state: 'preparing', step: 0 });
    workers[0]!.die();
    expect(events).toEqual([]);
    expect(workers).toHaveLength(1);
  });
});
