// The inner loop of the edit distance in WebAssembly, whose words of 64 bits halve the work: one block of up to 64 rows
// against all columns. Used by levenshtein.ts, which has the same loop in JavaScript for where there is no WebAssembly.

/** `exports.block` of the module below, with its memory. */
export interface BlockRunner {
  readonly memory: WebAssembly.Memory;
  /**
   * @param where address of a 64-bit word for each character: the rows of the block that it stands in.
   * @param column address of the columns' characters, 32 bits each. @param delta address of a signed byte for each column.
   * @param end where the columns end. @param shift rows of the block, less one.
   * @returns the sum of the new deltas.
   */
  readonly block: (where: number, column: number, delta: number, end: number, shift: bigint) => number;
}

// Locals: the parameters, then those that hold the algorithm's words, named as in levenshtein.ts.
const [where, column, delta, end, shift, rises, falls, carried, equal, xv, up, down, sum] = Array.from({ length: 13 }, (_, i) => i) as [
  number, number, number, number, number, number, number, number, number, number, number, number, number,
];
const I32 = 0x7f;
const I64 = 0x7e;

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const i32 = (small: number): number[] => [0x41, small & 0x7f];
const i64 = (small: number): number[] => [0x42, small & 0x7f];
/** An operation with two operands. */
const two = (opcode: number) => (a: number[], b: number[]): number[] => [...a, ...b, opcode];
const i32Add = two(0x6a);
const i32Shl = two(0x74);
const i32Below = two(0x49);
const add = two(0x7c);
const minus = two(0x7d);
const and = two(0x83);
const or = two(0x84);
const xor = two(0x85);
const shl = two(0x86);
const shr = two(0x88);
const not = (a: number[]): number[] => xor(a, i64(-1));

const body = [
  ...i64(-1), ...set(rises),
  ...[0x02, 0x40, 0x03, 0x40], // block, loop
  ...[...i32Below(get(column), get(end)), 0x45, 0x0d, 1], // leave at the end
  ...[...get(delta), 0x30, 0, 0], ...set(carried), // i64.load8_s
  ...[...i32Add(get(where), i32Shl([...get(column), 0x28, 2, 0], i32(3))), 0x29, 3, 0], ...tee(equal), // i64.load at where + 8 × character
  ...[...get(falls), 0x84], ...set(xv),
  ...or(get(equal), shr(get(carried), i64(63))), ...set(equal),
  // down holds xh for a while.
  ...or(xor(add(and(get(equal), get(rises)), get(rises)), get(rises)), get(equal)), ...set(down),
  ...or(get(falls), not(or(get(down), get(rises)))), ...set(up),
  ...and(get(rises), get(down)), ...set(down),
  // equal holds the change.
  ...minus(and(shr(get(up), get(shift)), i64(1)), and(shr(get(down), get(shift)), i64(1))), ...set(equal),
  ...[...get(delta), ...get(equal), 0x3c, 0, 0], // i64.store8
  ...i32Add(get(sum), [...get(equal), 0xa7]), ...set(sum),
  ...or(shl(get(up), i64(1)), shr(minus(i64(0), get(carried)), i64(63))), ...set(up),
  ...or(or(shl(get(down), i64(1)), shr(get(carried), i64(63))), not(or(get(xv), get(up)))), ...set(rises),
  ...and(get(up), get(xv)), ...set(falls),
  ...i32Add(get(column), i32(4)), ...set(column),
  ...i32Add(get(delta), i32(1)), ...set(delta),
  ...[0x0c, 0, 0x0b, 0x0b], // again; end of loop and block
  ...get(sum), 0x0b,
];

/** A length or count as LEB128, up to two bytes. */
const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
const name = (text: string): number[] => [text.length, ...Array.from(text, (char) => char.charCodeAt(0))];
const func = [2, 7, I64, 1, I32, ...body]; // rises … down as i64, sum as i32

const module = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I64, 1, I32]),
  ...section(3, [1, 0]),
  ...section(5, [1, 0, 1]),
  ...section(7, [2, ...name('memory'), 2, 0, ...name('block'), 0, 0]),
  ...section(10, [1, ...leb(func.length), ...func]),
]);

/** The loop, ready to be called, or null where WebAssembly is absent or forbidden. */
export function openBlockRunner(): BlockRunner | null {
  try {
    // A module this small may be compiled at once, on the main thread too.
    return new WebAssembly.Instance(new WebAssembly.Module(module)).exports as unknown as BlockRunner;
  } catch {
    return null;
  }
}
