import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal, type Journal } from '../../../cli/ask/journal';
import { parseRecording } from '../../../src/reviser/recorded';
import type { StoredReply } from '../../../src/reviser/replies';
import { someReply } from '../reviser/someJobs';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(folder, 'out.journal.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A reply with what makes lines hard: line breaks, separators, four-byte characters, half of one. Infinity has no form in JSON. */
const reply = (name: string): StoredReply => ({ ...someReply(name), reply: { text: `${name}\n\u2028\r\n"🙂\ud800`, finish: 'stop', model: 'm' } });
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `r${i}`);

async function within<T>(work: (journal: Journal) => Promise<T>): Promise<T> {
  const journal = await openJournal(path);
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}
const write = (wanted: readonly string[]): Promise<unknown> => within((journal) => Promise.all(wanted.map((name) => journal.put(reply(name)))));

describe('a journal', () => {
  it('gives back raw what was put into it, at once and after it was closed', async () => {
    await within(async (journal) => {
      await Promise.all(names(50).map((name) => journal.put(reply(name))));
      expect(await journal.get(reply('r7').hash)).toEqual(reply('r7'));
    });
    await within(async (journal) => {
      expect([journal.size(), journal.damaged, journal.tokens()]).toEqual([50, 0, { input: 150, output: 200 }]);
      for (const name of names(50)) expect(await journal.get(reply(name).hash)).toEqual(reply(name));
      expect(await journal.get(reply('other').hash)).toBeUndefined();
    });
  });

  it('is a recording', async () => {
    await write(['a', 'b']);
    const recording = parseRecording(readFileSync(path, 'utf8'));
    expect(recording.get(reply('b').hash)).toEqual(reply('b').reply);
  });

  it('loses the line that was torn and no other, wherever it was torn', async () => {
    await write(['a', 'b']);
    const whole = readFileSync(path);
    const second = whole.indexOf('\n') + 1;
    for (const length of [second + 1, second + 100, whole.length - 2]) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      await within(async (journal) => {
        expect([journal.size(), journal.damaged]).toEqual([1, 0]);
        await journal.put(reply('c'));
      });
      await within(async (journal) => {
        expect([journal.size(), journal.damaged]).toEqual([2, 0]);
        expect(await journal.get(reply('c').hash)).toEqual(reply('c'));
      });
    }
    // Only the end of the line is missing.
    writeFileSync(path, whole.subarray(0, whole.length - 1));
    await write(['c']);
    await within(async (journal) => expect(journal.size()).toBe(3));
  });

  it('passes over lines that are no replies, and leaves them', async () => {
    await write(['a']);
    appendFileSync(path, 'not JSON\n{"hash":"x"}\n\n');
    await write(['b']);
    await within(async (journal) => expect([journal.size(), journal.damaged]).toEqual([2, 2]));
    expect(readFileSync(path, 'utf8')).toContain('not JSON');
  });

  it('is longer than what is read at a time', async () => {
    const long = (name: string): StoredReply => ({ ...reply(name), reply: { text: '길다'.repeat(300_000), finish: 'stop', model: name } });
    await within((journal) => Promise.all(names(3).map((name) => journal.put(long(name)))));
    await within(async (journal) => {
      for (const name of names(3)) expect(await journal.get(long(name).hash)).toEqual(long(name));
    });
  });

  it('belongs to one process at a time, and is taken over from one that was killed', async () => {
    await within(async () => {
      await expect(openJournal(path)).rejects.toThrow(/is at work on the same output/);
    });
    expect(existsSync(`${path}.lock`)).toBe(false);
    const killed = spawn(process.execPath, ['-e', '']);
    await once(killed, 'exit');
    writeFileSync(`${path}.lock`, String(killed.pid));
    await write(['a']);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('says where it can not be written', async () => {
    path = join(folder, 'none', 'out.journal.jsonl');
    await expect(openJournal(path)).rejects.toThrow(/none\/out\.journal\.jsonl: there is no such file or folder/);
  });
});
