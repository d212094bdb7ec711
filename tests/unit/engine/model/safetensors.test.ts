import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import { readSafetensors, writeSafetensors } from '../../../../src/engine/model/safetensors';

interface Golden {
  file: string;
  tensors: Record<string, { shape: number[]; bits: number[] }>;
}

// Written by tests/fixtures/safetensors/make.py with Hugging Face's own library.
const golden = JSON.parse(readFileSync(new URL('../../../fixtures/safetensors/golden.json', import.meta.url), 'utf8')) as Golden;

/** A file with any header, right or wrong, and so many zero bytes of data. */
function file(header: unknown, dataLength: number, claimed?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + dataLength);
  new DataView(out.buffer).setBigUint64(0, BigInt(claimed ?? text.length), true);
  out.set(text, 8);
  return out;
}

describe('reading safetensors', () => {
  it('reads Hugging Face’s file bit for bit, float16 widened as numpy widens it', () => {
    const { tensors, metadata } = readSafetensors(Buffer.from(golden.file, 'base64'));
    expect(metadata).toEqual({ format: 'pt' });
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(golden.tensors).sort());
    for (const [name, { shape, bits }] of Object.entries(golden.tensors)) {
      expect(tensors[name]!.shape, name).toEqual(shape);
      expect([...new Uint32Array(tensors[name]!.data.slice().buffer)], name).toEqual(bits);
    }
  });

  it('reads from a view that begins at an odd byte', () => {
    const bytes = Buffer.from(golden.file, 'base64');
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(readSafetensors(shifted.subarray(1))).toEqual(readSafetensors(bytes));
  });

  it('reads bfloat16', () => {
    const bytes = file({ x: { dtype: 'BF16', shape: [4], data_offsets: [0, 8] } }, 8);
    // 1, -2, pi cut to eight bits of significand (3.140625), the smallest normal number.
    bytes.set([0x80, 0x3f, 0x00, 0xc0, 0x49, 0x40, 0x80, 0x00], bytes.length - 8);
    expect([...readSafetensors(bytes).tensors['x']!.data]).toEqual([1, -2, 3.140625, 2 ** -126]);
  });

  it('reads back what it writes, in order, with the data aligned to eight bytes', () => {
    const tensors = {
      b: { shape: [2, 2], data: Float32Array.of(1, -0, 3.5, 1e-40) },
      a: { shape: [], data: Float32Array.of(Math.PI) },
      none: { shape: [3, 0], data: new Float32Array() },
    };
    const bytes = writeSafetensors(tensors, { format: 'pt' });
    expect((bytes.length - 5 * 4) % 8).toBe(0);
    const read = readSafetensors(bytes);
    expect(read).toEqual({ tensors, metadata: { format: 'pt' } });
    expect(Object.keys(read.tensors)).toEqual(['b', 'a', 'none']);
  });

  const f32 = (shape: unknown, begin: unknown, end: unknown): unknown => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(3), /3 bytes, fewer than the 8/],
    ['a header longer than the file', file({}, 0, 1000), /claims 1000 bytes/],
    ['a header of 2^60 bytes', file({}, 0, 2 ** 60), /claims 11529215046068\d+ bytes/],
    ['a header that is no JSON', file('{"a":', 0), /not JSON/],
    ['a header that is a list', file([], 0), /not a JSON object/],
    ['an unknown dtype', file({ x: { dtype: 'Q4', shape: [1], data_offsets: [0, 4] } }, 4), /“x” has the dtype "Q4"; readable are F32, F16, BF16/],
    ['no dtype', file({ x: {} }, 0), /“x” has the dtype nothing/],
    ['data beyond the file', file({ x: f32([2], 0, 8) }, 4), /“x” reaches to byte 8 of the data, and there are 4/],
    ['a shape that does not fit', file({ x: f32([3], 0, 8) }, 8), /“x” of shape \[3\] needs 12 bytes and is given 8/],
    ['a shape whose size overflows', file({ x: f32([2 ** 40, 2 ** 40], 0, 8) }, 8), /“x” of shape .* needs/],
    ['a negative size', file({ x: f32([-1], 0, 4) }, 4), /“x” has no valid shape/],
    ['offsets the wrong way round', file({ x: f32([1], 4, 0) }, 4), /“x” has no valid data_offsets/],
    ['overlapping tensors', file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), /“b” overlaps that of “a”/],
    ['a hole', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /4 bytes before “b” belong to no tensor/],
    ['bytes left over', file({ a: f32([1], 0, 4) }, 6), /2 bytes at the end/],
    ['a tensor named __proto__', file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), /“__proto__”/],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }, 0), /“__metadata__” holds “a”/],
  ])('refuses %s with a sentence', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(UserError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  it('meets any damage with a UserError or a file that is still whole', () => {
    const bytes = Buffer.from(golden.file, 'base64');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
        const damaged = Uint8Array.from(bytes.subarray(0, length));
        if (at < length) damaged[at] = value;
        try {
          readSafetensors(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
