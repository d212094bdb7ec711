// A small assembler for WebAssembly: instructions as bytes, functions with named locals, one module with an imported memory.
// Used for kernels whose inner loops are generated (matmul.ts), so that they can be read, varied and tested as code.
// Opcodes: WebAssembly core specification 3.0, chapter 5.4 (binary format, instructions).

/** Instructions, in order. */
export type Code = readonly number[];

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    if ((value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export const seq = (...codes: readonly Code[]): Code => codes.flat();

/** A local variable or parameter. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
  /** Adds to an i32. */
  add(value: Code): Code;
}

const local = (index: number): Local => {
  const get = [0x20, ...unsigned(index)];
  const set = (value: Code): Code => [...value, 0x21, ...unsigned(index)];
  return { get, set, add: (value) => set(i32.add(get, value)) };
};

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  sub: (a: Code, b: Code): Code => [...a, ...b, 0x6b],
  mul: (a: Code, b: Code): Code => [...a, ...b, 0x6c],
  /** a < b, signed. */
  less: (a: Code, b: Code): Code => [...a, ...b, 0x48],
  equal: (a: Code, b: Code): Code => [...a, ...b, 0x46],
  /** a, or b where b is smaller. */
  min: (a: Code, b: Code): Code => [...a, ...b, ...a, ...b, 0x48, 0x1b],
};

/** Where a load or store takes place: an alignment of 4 bytes is promised, no more. */
const at = (offset: number): number[] => [2, ...unsigned(offset)];
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

export const f32 = {
  load: (address: Code, offset = 0): Code => [...address, 0x2a, ...at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x38, ...at(offset)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x92],
};

export const f32x4 = {
  zero: [...simd(0x0c), ...Array<number>(16).fill(0)] as Code,
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), ...at(offset)],
  /** One number in all four places. */
  loadSplat: (address: Code, offset = 0): Code => [...address, ...simd(0x09), ...at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...simd(0x0b), ...at(offset)],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)],
  /** a · b + c, rounded once or twice as the processor likes (relaxed SIMD). */
  relaxedMultiplyAdd: (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...simd(0x105)],
};

/** Repeats `body` while `condition` holds, which is looked at before each time. */
export const whileLoop = (condition: Code, body: Code): Code => [
  0x02, 0x40, 0x03, 0x40, ...condition, 0x45, 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b,
];

/** Repeats `body` until `again` does not hold any more, which is looked at after each time. */
export const doWhile = (body: Code, again: Code): Code => [0x03, 0x40, ...body, ...again, 0x0d, 0, 0x0b];

export const ifElse = (condition: Code, then: Code, otherwise: Code = []): Code => [
  ...condition, 0x04, 0x40, ...then, ...(otherwise.length > 0 ? [0x05, ...otherwise] : []), 0x0b,
];

const types = { i32: 0x7f, v128: 0x7b } as const;
type TypeName = keyof typeof types;

/** A function without a result; its parameters are all i32. */
export interface Func {
  readonly index: number;
  call(...args: readonly Code[]): Code;
}

export interface ModuleBuilder {
  /** `name` exports it. `write` gets the parameters in order, and makes further locals. */
  func(params: number, write: (params: readonly Local[], variable: (type: TypeName) => Local) => Code, name?: string): Func;
  /** The module, which imports `env.memory`. */
  bytes(): Uint8Array<ArrayBuffer>;
}

export function createModule(): ModuleBuilder {
  const funcs: { readonly params: number; readonly body: number[]; readonly name: string | undefined }[] = [];
  const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
  const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
  const text = (name: string): number[] => vector([...new TextEncoder().encode(name)].map((byte) => [byte]));
  return {
    func(params, write, name) {
      const declared: TypeName[] = [];
      const variable = (type: TypeName): Local => local(params + declared.push(type) - 1);
      const code = write(Array.from({ length: params }, (_, i) => local(i)), variable);
      const body = [...vector(declared.map((type) => [1, types[type]])), ...code, 0x0b];
      const index = funcs.push({ params, body, name }) - 1;
      return { index, call: (...args) => [...args.flat(), 0x10, ...unsigned(index)] };
    },
    bytes() {
      return new Uint8Array([
        ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        ...section(1, vector(funcs.map(({ params }) => [0x60, ...vector(Array<number[]>(params).fill([types.i32])), 0]))),
        ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0]])),
        ...section(3, vector(funcs.map((_, i) => unsigned(i)))),
        ...section(7, vector(funcs.flatMap(({ name }, i) => (name === undefined ? [] : [[...text(name), 0x00, ...unsigned(i)]])))),
        ...section(10, vector(funcs.map(({ body }) => [...unsigned(body.length), ...body]))),
      ]);
    },
  };
}
