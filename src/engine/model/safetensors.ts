// Reads and writes safetensors files, the form in which checkpoints are shipped, imported and exported.
// Format: https://huggingface.co/docs/safetensors – eight bytes of header length, a JSON header, then the data.
import { UserError } from '../errors';
import type { HostTensor } from './config';

export interface SafetensorsFile {
  /** Every tensor as float32, by name. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** Free text that the writer left, from `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

// The reference implementation's own limit.
const MAX_HEADER = 100_000_000;
const MAX_RANK = 8;

interface Decoder {
  readonly bytes: number;
  /** Reads `count` numbers; the view begins at the tensor's first byte, at any alignment. */
  read(view: DataView, count: number): Float32Array;
}

const decoders: ReadonlyMap<string, Decoder> = new Map([
  ['F32', { bytes: 4, read: (view, count) => fill(count, (i) => view.getFloat32(i * 4, true)) }],
  ['F16', { bytes: 2, read: (view, count) => fill(count, (i) => halfToNumber(view.getUint16(i * 2, true))) }],
  ['BF16', { bytes: 2, read: (view, count) => fill(count, (i) => bfloatToNumber(view.getUint16(i * 2, true))) }],
]);

function fill(count: number, at: (i: number) => number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = at(i);
  return out;
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of fraction. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

function wrong(reason: string): UserError {
  return new UserError('This is no readable safetensors file: {reason}. The model in use was kept.', { reason });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** @throws UserError saying what is wrong with the file. */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw wrong(`it has ${bytes.length} bytes, fewer than the 8 of its header’s length`);
  const headerLength = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (headerLength > MAX_HEADER || headerLength > bytes.length - 8) {
    throw wrong(`its header claims ${headerLength} bytes, and the file has ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength));
  const start = 8 + headerLength;
  const dataLength = bytes.length - start;

  const metadata: Record<string, string> = {};
  const tensors: Record<string, HostTensor> = {};
  const spans: { name: string; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    // Assigning this name would change the record's prototype instead of adding a tensor.
    if (name === '__proto__') throw wrong('a tensor is named “__proto__”');
    if (name === '__metadata__') {
      Object.assign(metadata, parseMetadata(entry));
      continue;
    }
    const { decoder, shape, count, begin, end } = parseEntry(name, entry, dataLength);
    spans.push({ name, begin, end });
    tensors[name] = { shape, data: decoder.read(new DataView(view.buffer, view.byteOffset + start + begin, end - begin), count) };
  }
  checkSpans(spans, dataLength);
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw wrong('its header is not JSON');
  }
  if (!isObject(header)) throw wrong('its header is not a JSON object');
  return header;
}

function parseMetadata(entry: unknown): Record<string, string> {
  if (!isObject(entry)) throw wrong('“__metadata__” is not an object');
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(entry)) {
    if (key === '__proto__' || typeof value !== 'string') throw wrong(`“__metadata__” holds “${key}”, which is no text`);
    out[key] = value;
  }
  return out;
}

interface Entry {
  readonly decoder: Decoder;
  readonly shape: number[];
  readonly count: number;
  readonly begin: number;
  readonly end: number;
}

function parseEntry(name: string, entry: unknown, dataLength: number): Entry {
  if (!isObject(entry)) throw wrong(`the entry of “${name}” is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const decoder = typeof dtype === 'string' ? decoders.get(dtype) : undefined;
  if (!decoder) {
    throw wrong(`“${name}” has the dtype ${JSON.stringify(dtype) ?? 'nothing'}; readable are ${[...decoders.keys()].join(', ')}`);
  }
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isCount)) {
    throw wrong(`“${name}” has no valid shape`);
  }
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isCount(begin) || !isCount(end) || begin > end) throw wrong(`“${name}” has no valid data_offsets`);
  if (end > dataLength) throw wrong(`“${name}” reaches to byte ${end} of the data, and there are ${dataLength}`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (count * decoder.bytes !== end - begin) {
    throw wrong(`“${name}” of shape [${shape.join(', ')}] needs ${count * decoder.bytes} bytes and is given ${end - begin}`);
  }
  return { decoder, shape, count, begin, end };
}

/** The data must be covered without an overlap or a hole, so that nothing can hide in a checkpoint. */
function checkSpans(spans: { name: string; begin: number; end: number }[], dataLength: number): void {
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  let before = '';
  for (const { name, begin, end } of spans) {
    if (begin < at) throw wrong(`the data of “${name}” overlaps that of “${before}”`);
    if (begin > at) throw wrong(`${begin - at} bytes before “${name}” belong to no tensor`);
    at = end;
    before = name;
  }
  if (at !== dataLength) throw wrong(`${dataLength - at} bytes at the end belong to no tensor`);
}

/**
 * Writes float32 tensors in the order given. The data begins at a multiple of eight bytes, as the format advises.
 * @throws RangeError if a tensor's shape does not fit its data; that is a bug of the caller's.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (name === '__metadata__' || shape.reduce((product, size) => product * size, 1) !== data.length) {
      throw new RangeError(`Tensor ${name} of shape [${shape.join(', ')}] has ${data.length} numbers.`);
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.length * 4] };
    offset += data.length * 4;
  }
  let text = new TextEncoder().encode(JSON.stringify(header));
  if (text.length % 8 !== 0) {
    const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
    padded.set(text);
    text = padded;
  }
  const out = new Uint8Array(8 + text.length + offset);
  const view = new DataView(out.buffer);
  view.setUint32(0, text.length, true);
  out.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of Object.values(tensors)) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return out;
}
