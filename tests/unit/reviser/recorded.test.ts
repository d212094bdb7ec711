import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAiProvider } from '../../../src/reviser/openai';
import { CLAIR } from '../../../src/reviser/prompts/revising';
import { revisionRequest } from '../../../src/reviser/prompts/requests';
import { parseRecording, recordedProvider } from '../../../src/reviser/recorded';
import { requestHash } from '../../../src/reviser/requestHash';
import { startFaultyServer, type FaultyServer } from '../../support/faultyServer';

const settings = { model: 'small', temperature: 0.7, maxTokens: 100, topLogprobs: 2 };
const request = revisionRequest(CLAIR, { task: 'What?', solution: 'That – 그것' }, settings);

describe('a recording', () => {
  let server: FaultyServer;
  beforeAll(async () => {
    server = await startFaultyServer();
  });
  afterAll(() => server.close());

  it('replays what a real server said, after going through a file, without asking again', async () => {
    const real = openAiProvider({ baseUrl: server.baseUrl });
    const reply = await real.complete(request);
    const file = `${JSON.stringify({ hash: requestHash(request, real.identity), reply, time: 1 })}\n\n`;
    const replies = parseRecording(file);
    const heard: string[] = [];
    const replayed = recordedProvider({ identity: real.identity, reply: (hash) => replies.get(hash) });
    expect(await replayed.complete(request, { onText: (text) => heard.push(text) })).toEqual(reply);
    expect(reply.logprobs!.length).toBeGreaterThan(5);
    expect(heard).toEqual([reply.text]);
    expect(server.asked).toHaveLength(1);
  });

  it('says so where it has no reply to the very request', async () => {
    const replayed = recordedProvider({ identity: { kind: 'openai', origin: server.origin }, reply: () => undefined });
    await expect(replayed.complete(request)).rejects.toMatchObject({ name: 'ChatError', fault: 'unrecorded', passing: false });
  });

  it('stops with the reason of the signal', async () => {
    const reason = new Error('enough');
    const replayed = recordedProvider({ identity: { kind: 'openai', origin: server.origin }, reply: () => undefined });
    await expect(replayed.complete(request, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('is refused with the number of the line that is none', () => {
    const good = JSON.stringify({ hash: 'a'.repeat(64), reply: { text: '', finish: 'stop', model: 'm' } });
    expect(parseRecording('').size).toBe(0);
    for (const bad of ['{', '{}', '[]', JSON.stringify({ hash: 'x', reply: {} }), good.replace('"stop"', '"done"')]) {
      expect(() => parseRecording(`${good}\n${bad}`)).toThrow('Line 2 of the recording');
    }
  });
});
