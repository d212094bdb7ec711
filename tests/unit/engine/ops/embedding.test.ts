// Rows looked up and added up again against float64 loops and finite differences, with rows that are asked for often or never.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { gatherRows, gatherRowsOrZero, scatterAddRows } from '../../../../src/engine/ops/embedding/embedding';
import { expectClose, forShapes, indices, normals, onDevice3d, slopes, weigh } from '../../../support/float64';
import { openInNode } from '../../../support/nodeBackend';

const sizes = { K: [1, 3], V: [2, 8], D: [1, 5], N: [1, 12] } as const;
interface Shape {
  readonly K: number;
  readonly V: number;
  readonly D: number;
  readonly N: number;
}

/** Row ids[k, n] of the k-th table; zeros where the index is V. */
function look(table: Float64Array, ids: Int32Array, { K, V, D, N }: Shape): Float64Array {
  const rows = new Float64Array(K * N * D);
  ids.forEach((id, place) => {
    if (id < V) rows.set(table.subarray((Math.floor(place / N) * V + id) * D, (Math.floor(place / N) * V + id + 1) * D), place * D);
  });
  return rows;
}

describe.each(['cpu', 'wasm'] as const)('the embedding on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  it('looks rows up in each policy’s own table', () =>
    forShapes(sizes, (shape, random) => {
      const { K, V, D, N } = shape;
      const [table, ids] = [normals(random, K * V * D), indices(random, K * N, V)];
      const rows = gatherRows(onDevice3d(table, [K, V, D]), tf.tensor2d(ids, [K, N], 'int32'));
      expectClose(rows, look(table, ids, shape), [K, N, D], 'rows', 1e-12);
    }));

  it('gives zeros for the index after the last', () =>
    forShapes(sizes, (shape, random) => {
      const { K, V, D, N } = shape;
      const [table, ids] = [normals(random, K * V * D), indices(random, K * N, V + 1)];
      ids[0] = V;
      const rows = gatherRowsOrZero(onDevice3d(table, [K, V, D]), tf.tensor2d(ids, [K, N], 'int32'));
      expectClose(rows, look(table, ids, shape), [K, N, D], 'rows', 1e-12);
    }));

  it('adds rows up into the table’s slopes of finite differences', () =>
    forShapes(sizes, (shape, random) => {
      const { K, V, D, N } = shape;
      const [table, ids, dRows] = [normals(random, K * V * D), indices(random, K * N, V), normals(random, K * N * D)];
      const expected = slopes(() => weigh(dRows, look(table, ids, shape)), table);
      const dTable = scatterAddRows(onDevice3d(dRows, [K, N, D]), tf.tensor2d(ids, [K, N], 'int32'), V);
      expectClose(dTable, expected, [K, V, D], 'dTable');
    }));
});
