import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listParquet, listSplits, openParquet, openViewer, type ViewerOptions } from '../../../../src/preferences/import/viewer';
import { faults, importAll, warnings } from '../../../support/importing';

const ROWS = 250;
const rowAt = (i: number) => ({ prompt: `Question ${i}?`, chosen: `Answer ${i}.`, rejected: `None ${i}.` });

/** The viewer, as far as the lab asks it, over HTTP. `trouble` may take over a request. */
let trouble: (request: URL, response: ServerResponse, times: number) => boolean;
let asked: string[];
let waited: number[];
let options: ViewerOptions;
let stop: () => Promise<void>;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, 'http://localhost');
  asked.push(`${url.pathname}${url.search}`);
  const times = asked.filter((one) => one === `${url.pathname}${url.search}`).length;
  if (trouble(url, response, times)) return;
  const json = (status: number, body: unknown): void => void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  const dataset = url.searchParams.get('dataset');
  if (url.pathname === '/file.parquet') {
    const names = ['prompt', 'chosen', 'rejected'] as const;
    response.end(Buffer.from(parquetWriteBuffer({ columnData: names.map((name) => ({ name, data: Array.from({ length: 5 }, (_, i) => rowAt(i)[name]) })) })));
  } else if (dataset !== 'owner/pairs') json(404, { error: 'The dataset does not exist, or is not accessible without authentication (private or gated).' });
  else if (url.pathname === '/splits') {
    // The shape of the public server's answer.
    json(200, { splits: [{ dataset, config: 'default', split: 'test' }, { dataset, config: 'default', split: 'train' }, { dataset, config: 'other', split: 'train' }], pending: [], failed: [] });
  } else if (url.pathname === '/parquet') {
    json(200, { parquet_files: [{ dataset, config: 'default', split: 'train', url: `${options.base}/file.parquet`, filename: '0000.parquet', size: 1234 }], pending: [], failed: [], partial: false });
  } else {
    const offset = Number(url.searchParams.get('offset'));
    const length = Number(url.searchParams.get('length'));
    if (length > 100) json(422, { error: "Parameter 'length' must not be greater than 100" });
    else {
      const rows = Array.from({ length: Math.max(0, Math.min(length, ROWS - offset)) }, (_, i) => ({ row_idx: offset + i, row: rowAt(offset + i), truncated_cells: offset + i === 7 ? ['chosen'] : [] }));
      json(200, { features: [{ feature_idx: 0, name: 'prompt', type: { dtype: 'string', _type: 'Value' } }], rows, num_rows_total: ROWS, num_rows_per_page: 100, partial: false });
    }
  }
}

beforeEach(async () => {
  trouble = () => false;
  asked = [];
  waited = [];
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  options = {
    fetch,
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wait: (ms) => {
      waited.push(ms);
      return Promise.resolve();
    },
  };
  stop = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
});
afterEach(() => stop());

describe('a dataset of the viewer', () => {
  it('comes in pages of at most a hundred rows, train by default', async () => {
    const { name, bytes, position } = await openViewer({ dataset: 'owner/pairs' }, options);
    expect(name).toBe('owner/pairs/default/train');
    expect(position()).toEqual({ next: 0 });
    const all = await importAll(bytes);
    expect(all.pairs.map(({ prompt }) => prompt)).toEqual(Array.from({ length: ROWS }, (_, i) => rowAt(i).prompt));
    expect(warnings(all)).toEqual({ truncatedCells: 1 });
    expect(position()).toEqual({ next: ROWS, total: ROWS });
    expect(asked.filter((one) => one.startsWith('/rows')).map((one) => new URLSearchParams(one.split('?')[1]).get('offset'))).toEqual(['0', '100', '200']);
  });

  it('can begin anywhere and end after so many rows', async () => {
    const { bytes } = await openViewer({ dataset: 'owner/pairs', config: 'other', split: 'train', offset: 95, length: 110 }, options);
    const all = await importAll(bytes);
    expect([all.pairs[0]!.prompt, all.pairs.at(-1)!.prompt, all.pairs.length]).toEqual(['Question 95?', 'Question 204?', 110]);
    expect(asked).toHaveLength(2);
  });

  it('is asked again after 429, 5xx and lost connections, ever later or as the server says', async () => {
    trouble = (url, response, times) => {
      if (url.searchParams.get('offset') !== '100') return false;
      if (times === 1) response.writeHead(429, { 'Retry-After': '7' }).end('{}');
      else if (times === 2) response.writeHead(503).end('<html>');
      else if (times === 3) response.destroy();
      return times <= 3;
    };
    const all = await importAll((await openViewer({ dataset: 'owner/pairs' }, options)).bytes);
    expect(all.report).toMatchObject({ ok: ROWS });
    expect(waited).toEqual([7000, 2000, 4000]);
  });

  it('that is not reached any more leaves what came, and the place to go on from', async () => {
    trouble = (url, response) => {
      if (url.searchParams.get('offset') !== '200') return false;
      response.writeHead(500).end('{"error": "Unexpected error."}');
      return true;
    };
    const first = await openViewer({ dataset: 'owner/pairs' }, options);
    const all = await importAll(first.bytes);
    expect(all.report).toMatchObject({ rows: 200, ok: 200, incomplete: { values: { name: 'owner/pairs', reason: 'Unexpected error' } } });
    expect(first.position()).toEqual({ next: 200, total: ROWS });
    expect(waited).toHaveLength(5);

    trouble = () => false;
    const rest = await importAll((await openViewer({ dataset: 'owner/pairs', offset: first.position().next }, options)).bytes);
    expect(rest.pairs.map(({ prompt }) => prompt)).toEqual(Array.from({ length: 50 }, (_, i) => rowAt(200 + i).prompt));
  });

  it('stops when cancelled, while it waits for another try, too', async () => {
    const controller = new AbortController();
    trouble = (url, response) => {
      if (url.pathname !== '/rows') return false;
      response.writeHead(503).end();
      return true;
    };
    const { bytes } = await openViewer({ dataset: 'owner/pairs' }, {
      ...options,
      signal: controller.signal,
      wait: () => {
        controller.abort(new Error('enough'));
        return new Promise(() => undefined);
      },
    });
    await expect(importAll(bytes, { signal: controller.signal })).rejects.toThrow('enough');
    expect(asked.filter((one) => one.startsWith('/rows'))).toHaveLength(1);
  });

  it('fetches no page that nobody reads', async () => {
    const { bytes } = await openViewer({ dataset: 'owner/pairs' }, options);
    const reader = bytes.getReader();
    await reader.read();
    await reader.cancel();
    expect(asked.filter((one) => one.startsWith('/rows'))).toHaveLength(1);
  });

  it.each<[string, string, RegExp]>([
    ['a name that is none', 'owner/pairs/more', /no name of a dataset/],
    ['a name with tricks', '../x?y', /no name of a dataset/],
    ['a dataset that is not there', 'owner/gone', /does not exist/],
  ])('says in a sentence what is wrong with %s', async (_, dataset, message) => {
    await expect(openViewer({ dataset }, options)).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(message) as unknown });
    expect(waited).toEqual([]);
  });

  it('says so when it has no such split, or the answer is not the viewer’s', async () => {
    await expect(openViewer({ dataset: 'owner/pairs', split: 'nope' }, options)).rejects.toThrow(/no such part/);
    trouble = (_, response) => {
      response.writeHead(200).end('{"rows": "many"}');
      return true;
    };
    await expect(listSplits('owner/pairs', options)).rejects.toMatchObject({ name: 'UserError' });
  });

  it('lists its parts, and comes as Parquet files, too', async () => {
    expect(await listSplits('owner/pairs', options)).toContainEqual({ config: 'other', split: 'train' });
    const [file] = await listParquet('owner/pairs', options);
    expect(file).toMatchObject({ config: 'default', split: 'train', filename: '0000.parquet', size: 1234 });
    const all = await importAll(await openParquet(file!, options));
    expect(faults(all)).toEqual([]);
    expect(all.report).toMatchObject({ format: 'parquet', ok: 5 });
  });
});
