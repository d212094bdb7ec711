// The matrix product on WASM, as generated code: batches of small products and transposed ones at the speed of large
// plain ones. Used by kernels.ts in place of XNNPACK's.
//
// The right side is packed into panels of eight columns; then up to MR rows by eight columns of the product are kept in
// registers while one loop runs over k. Long products are cut along k, so that a panel stays in the nearest cache.
import { createModule, doWhile, f32, f32x4, i32, ifElse, seq, whileLoop, type Code, type Func, type Local } from './assembler';

/** Columns of a panel. */
const NR = 8;
/** Longest stretch of k taken at once. */
const BLOCK = 256;

/** Rows that a micro-kernel keeps in registers: of four, five and six the fastest. */
const MR = 4;

/** One product; addresses and strides in bytes. Either the rows or the columns of `a` are dense. */
export type Multiply = (
  a: number, aRow: number, aColumn: number,
  b: number, bRow: number, bColumn: number,
  out: number, m: number, k: number, n: number,
  /** Of `scratchBytes(n)`. */
  scratch: number,
) => void;

/** Room for what a panel that is cut off would write beyond the product. */
const SPARE_BYTES = 4 * MR * NR;

export const scratchBytes = (n: number): number => SPARE_BYTES + 4 * BLOCK * Math.ceil(n / NR) * NR;

/**
 * The module's bytes. It imports `env.memory` and exports `multiply`.
 * @param relaxed uses relaxed SIMD's multiply-add. On one machine it always rounds alike, so a run stays reproducible.
 */
export function matmulModule(relaxed: boolean): Uint8Array<ArrayBuffer> {
  const module = createModule();
  const multiplyAdd = (a: Code, b: Code, sum: Code): Code =>
    relaxed ? f32x4.relaxedMultiplyAdd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));

  /** `count` rows of the product by one panel: out ← (out +) a · panel. `dense` tells which way a's numbers are neighbours. */
  const kernel = (count: number, dense: 'rows' | 'columns'): Func =>
    module.func(7, ([a, step, panel, out, outRow, k, accumulate], variable) => {
      const ranks = Array.from({ length: count }, (_, i) => i);
      const sums = ranks.map(() => [variable('v128'), variable('v128')] as const);
      const [b0, b1, left] = [variable('v128'), variable('v128'), variable('v128')] as const;
      const pointers = dense === 'columns' ? [a!] : ranks.map((i) => (i === 0 ? a! : variable('i32')));
      const target = variable('i32');
      const eachRow = (write: (sums: readonly [Local, Local]) => Code): Code =>
        seq(target.set(out!.get), ...sums.map((pair, i) => seq(write(pair), i === count - 1 ? [] : target.add(outRow!.get))));
      /** One k: `index` further than the pointers stand. */
      const one = (index: number): Code =>
        seq(
          b0.set(f32x4.load(panel!.get, 32 * index)),
          b1.set(f32x4.load(panel!.get, 32 * index + 16)),
          ...ranks.map((i) =>
            seq(
              left.set(dense === 'columns' ? f32x4.loadSplat(a!.get, 4 * i) : f32x4.loadSplat(pointers[i]!.get, 4 * index)),
              sums[i]![0].set(multiplyAdd(left.get, b0.get, sums[i]![0].get)),
              sums[i]![1].set(multiplyAdd(left.get, b1.get, sums[i]![1].get)),
            ),
          ),
        );
      /** `n` ks. Along dense columns each k is a row of memory further, so they go one at a time. */
      const several = (n: number): Code =>
        dense === 'columns'
          ? seq(...Array.from({ length: n }, (_, i) => seq(one(i), a!.add(step!.get))), panel!.add(i32.const(32 * n)))
          : seq(...Array.from({ length: n }, (_, i) => one(i)), ...pointers.map((p) => p.add(i32.const(4 * n))), panel!.add(i32.const(32 * n)));
      return seq(
        ...(dense === 'rows' ? ranks.slice(1).map((i) => pointers[i]!.set(i32.add(pointers[i - 1]!.get, step!.get))) : []),
        ifElse(
          accumulate!.get,
          eachRow(([low, high]) => seq(low.set(f32x4.load(target.get)), high.set(f32x4.load(target.get, 16)))),
          seq(...sums.flat().map((sum) => sum.set(f32x4.zero))),
        ),
        whileLoop(i32.less(i32.const(3), k!.get), seq(several(4), k!.add(i32.const(-4)))),
        whileLoop(i32.less(i32.const(0), k!.get), seq(several(1), k!.add(i32.const(-1)))),
        eachRow(([low, high]) => seq(f32x4.store(target.get, low.get), f32x4.store(target.get, high.get, 16))),
      );
    });

  /** `count` rows of the product by every panel. The last panel may be narrower than its registers: it goes through `spare`. */
  const strip = (count: number, dense: 'rows' | 'columns'): Func => {
    const run = kernel(count, dense);
    return module.func(9, ([a, step, packed, out, outRow, k, n, accumulate, spare], variable) => {
      const [i, j, from, to] = [variable('i32'), variable('i32'), variable('i32'), variable('i32')];
      const whole = whileLoop(
        i32.less(i32.const(NR - 1), n!.get),
        seq(
          run.call(a!.get, step!.get, packed!.get, out!.get, outRow!.get, k!.get, accumulate!.get),
          packed!.add(i32.mul(k!.get, i32.const(4 * NR))),
          out!.add(i32.const(4 * NR)),
          n!.add(i32.const(-NR)),
        ),
      );
      const rest = seq(
        run.call(a!.get, step!.get, packed!.get, spare!.get, i32.const(4 * NR), k!.get, i32.const(0)),
        i.set(i32.const(0)),
        doWhile(
          seq(
            j.set(i32.const(0)),
            from.set(i32.add(spare!.get, i32.mul(i.get, i32.const(4 * NR)))),
            to.set(i32.add(out!.get, i32.mul(i.get, outRow!.get))),
            doWhile(
              seq(
                ifElse(
                  accumulate!.get,
                  f32.store(to.get, f32.add(f32.load(to.get), f32.load(from.get))),
                  f32.store(to.get, f32.load(from.get)),
                ),
                from.add(i32.const(4)),
                to.add(i32.const(4)),
                j.add(i32.const(1)),
              ),
              i32.less(j.get, n!.get),
            ),
            i.add(i32.const(1)),
          ),
          i32.less(i.get, i32.const(count)),
        ),
      );
      return seq(whole, ifElse(i32.less(i32.const(0), n!.get), rest));
    });
  };

  /** b `[k, n]` → panels `[n / 8, k, 8]`, the last filled up with zeros. */
  const pack = module.func(6, ([b, bRow, bColumn, k, n, packed], variable) => {
    const [row, i, j, from, width] = [variable('i32'), variable('i32'), variable('i32'), variable('i32'), variable('i32')];
    const wide = seq(
      f32x4.store(packed!.get, f32x4.load(row.get)),
      f32x4.store(packed!.get, f32x4.load(row.get, 16), 16),
    );
    const narrow = seq(
      f32x4.store(packed!.get, f32x4.zero),
      f32x4.store(packed!.get, f32x4.zero, 16),
      from.set(row.get),
      j.set(i32.const(0)),
      doWhile(
        seq(
          f32.store(i32.add(packed!.get, j.get), f32.load(from.get)),
          from.add(bColumn!.get),
          j.add(i32.const(4)),
        ),
        i32.less(j.get, i32.mul(width.get, i32.const(4))),
      ),
    );
    return whileLoop(
      i32.less(i32.const(0), n!.get),
      seq(
        width.set(i32.min(n!.get, i32.const(NR))),
        row.set(b!.get),
        i.set(k!.get),
        doWhile(
          seq(
            // Both halves of the condition are 0 or 1.
            ifElse(i32.mul(i32.equal(bColumn!.get, i32.const(4)), i32.equal(width.get, i32.const(NR))), wide, narrow),
            row.add(bRow!.get),
            packed!.add(i32.const(4 * NR)),
            i.add(i32.const(-1)),
          ),
          i32.less(i32.const(0), i.get),
        ),
        b!.add(i32.mul(bColumn!.get, i32.const(NR))),
        n!.add(i32.const(-NR)),
      ),
    );
  });

  const denseRows = Array.from({ length: MR }, (_, i) => strip(i + 1, 'rows'));
  const denseColumns = Array.from({ length: MR }, (_, i) => strip(i + 1, 'columns'));
  module.func(
    11,
    ([a, aRow, aColumn, b, bRow, bColumn, out, m, k, n, scratch], variable) => {
      const [left, target, packed] = [variable('i32'), variable('i32'), variable('i32')];
      const [taken, height, outRow, accumulate] = [variable('i32'), variable('i32'), variable('i32'), variable('i32')];
      /** All rows of the product, over the ks that are packed. @param step from one row of dense rows to the next, or one k to the next. */
      const product = (strips: readonly Func[], step: Local): Code => {
        const call = (count: number): Code =>
          strips[count - 1]!.call(
            left.get, step.get, packed.get, target.get, outRow.get, taken.get, n!.get, accumulate.get, scratch!.get,
          );
        return seq(
          whileLoop(
            i32.less(i32.const(MR - 1), height.get),
            seq(
              call(MR),
              left.add(i32.mul(aRow!.get, i32.const(MR))),
              target.add(i32.mul(outRow.get, i32.const(MR))),
              height.add(i32.const(-MR)),
            ),
          ),
          ...Array.from({ length: MR - 1 }, (_, i) => ifElse(i32.equal(height.get, i32.const(i + 1)), call(i + 1))),
        );
      };
      return seq(
        packed.set(i32.add(scratch!.get, i32.const(SPARE_BYTES))),
        outRow.set(i32.mul(n!.get, i32.const(4))),
        whileLoop(
          i32.less(i32.const(0), k!.get),
          seq(
            taken.set(i32.min(k!.get, i32.const(BLOCK))),
            pack.call(b!.get, bRow!.get, bColumn!.get, taken.get, n!.get, packed.get),
            left.set(a!.get),
            target.set(out!.get),
            height.set(m!.get),
            ifElse(i32.equal(aColumn!.get, i32.const(4)), product(denseRows, aRow!), product(denseColumns, aColumn!)),
            a!.add(i32.mul(aColumn!.get, taken.get)),
            b!.add(i32.mul(bRow!.get, taken.get)),
            k!.set(i32.sub(k!.get, taken.get)),
            accumulate.set(i32.const(1)),
          ),
        ),
      );
    },
    'multiply',
  );
  return module.bytes();
}
