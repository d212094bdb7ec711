// Properties of the two wire formats over bytes of any kind, which a real server would split at random.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropicProvider } from '../../../src/reviser/anthropic';
import { ChatError, type ChatReply, type ChatRequest } from '../../../src/reviser/chat';
import { openAiProvider } from '../../../src/reviser/openai';
import { startFaultyServer, type Behaviour, type FaultyServer } from '../../support/faultyServer';

const request: ChatRequest = { model: 'small', system: '', messages: [{ role: 'user', content: 'Hi' }], temperature: 1, maxTokens: 100, topLogprobs: 0, sample: 0 };

/** A body in these pieces, as the network may part it. */
const bodyOf = (pieces: readonly Uint8Array[]): Response =>
  new Response(new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  }));

const cutAt = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((from, i) => bytes.subarray(from, ends[i] ?? bytes.length));
};

describe.each([['openai', openAiProvider], ['anthropic', anthropicProvider]] as const)('the %s wire format', (_, make) => {
  let server: FaultyServer;
  const wires = new Map<Behaviour, { readonly bytes: Uint8Array; readonly reply: ChatReply }>();

  beforeAll(async () => {
    server = await startFaultyServer({ reply: () => '{corrected_student_solution}: – 더 밝게 🙂 é' });
    for (const manner of ['plain', 'no_done', 'whole_json', 'crlf', 'comments', 'length'] as const) {
      server.next(manner);
      let bytes = new Uint8Array();
      const reply = await make({
        baseUrl: server.baseUrl,
        fetch: async (url, init) => {
          const response = await fetch(url, init);
          bytes = new Uint8Array(await response.arrayBuffer());
          return bodyOf([bytes]);
        },
      }).complete(request);
      wires.set(manner, { bytes, reply });
    }
  });
  afterAll(() => server.close());

  const read = (pieces: readonly Uint8Array[]): Promise<ChatReply> =>
    make({ baseUrl: 'http://localhost/v1', fetch: () => Promise.resolve(bodyOf(pieces)) }).complete(request);

  it('reads the same reply however its bytes are split', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...wires.keys()), fc.array(fc.nat(), { maxLength: 40 }), async (manner, places) => {
        const { bytes, reply } = wires.get(manner)!;
        expect(reply.text).toBe('{corrected_student_solution}: – 더 밝게 🙂 é');
        expect(await read(cutAt(bytes, places))).toEqual(reply);
      }),
      { numRuns: 300 },
    );
  });

  it('reads the same reply byte by byte', async () => {
    for (const { bytes, reply } of wires.values()) expect(await read(cutAt(bytes, Array.from({ length: bytes.length }, (_, i) => i)))).toEqual(reply);
  });

  it('that ends anywhere gives the whole text or an error, never a part that passes for a whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...wires.keys()), fc.nat(), async (manner, place) => {
        const { bytes, reply } = wires.get(manner)!;
        const got = await read([bytes.subarray(0, place % bytes.length)]).catch((error: unknown) => error);
        if (got instanceof Error) expect(got).toMatchObject({ name: 'ChatError', passing: true });
        else expect(got).toMatchObject({ text: reply.text, finish: reply.finish });
      }),
      { numRuns: 300 },
    );
  });

  it('that is garbage, or a reply with garbage in it, is a reply or a ChatError and nothing else', async () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.json().map((text) => new TextEncoder().encode(`data: ${text}\n\n`)),
      fc.constantFrom('data: {"choices":[null]}\n\n', 'data: {"choices":[{"delta":{"content":7}}]}\n\n', 'event: error\ndata: x\n\n', 'data: {"type":"message_delta","delta":null}\n\n', 'data: {"error":"x"}\n\n', '{"content":{}}', '{"choices":{}}')
        .map((text) => new TextEncoder().encode(text)),
    );
    await fc.assert(
      fc.asyncProperty(garbage, fc.nat(), fc.boolean(), async (bytes, place, within) => {
        const whole = wires.get('plain')!.bytes;
        const at = place % whole.length;
        const pieces = within ? [whole.subarray(0, at), bytes, whole.subarray(at)] : [bytes];
        const got = await read(pieces).catch((error: unknown) => error);
        if (got instanceof Error) expect(got).toBeInstanceOf(ChatError);
        else expect(typeof (got as ChatReply).text).toBe('string');
      }),
      { numRuns: 500 },
    );
  });
});
