// The matrix product for processors that imitate a GPU. There a load costs as much as some twenty multiplications, whatever
// the address, so four neighbouring invocations, which run as one vector, load a quarter of A each and hand it around.
// A real GPU has caches for that.
import type { Kernel } from '../../gpu/runtime';
import type { Layout } from './linear.wgsl';

/**
 * Rows and columns of C that an invocation owns, and invocations of a workgroup either way. Measured: larger tiles are
 * hardly faster, and take ten times as long to compile.
 */
const tiles: Readonly<Record<Layout, { readonly rows: number; readonly columns: number; readonly group: number }>> = {
  nt: { rows: 8, columns: 4, group: 8 },
  nn: { rows: 8, columns: 4, group: 8 },
  tn: { rows: 16, columns: 8, group: 4 },
};

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const xyzw = ['x', 'y', 'z', 'w'] as const;

/** Workgroups for C `[K, m, n]`. */
export function quadGroups(layout: Layout, K: number, m: number, n: number): [number, number, number] {
  const { rows, columns, group } = tiles[layout];
  return [Math.ceil(n / (columns * group)), Math.ceil(m / (rows * group)), K];
}

/** Like `matmul`'s own kernel of vector loads, with the same uniforms and buffers. `plus` is what is added, as WGSL. */
export function quadKernel(layout: Layout, residual: boolean, plus: string, suffix: string): Kernel {
  const { rows: TM, columns: TN, group } = tiles[layout];
  const rows = range(TM);
  const columns = range(TN / 4);
  const stores = rows.map((r) => {
    const stored = columns.map((c) => `if (n0 + ${4 * c}u < dims.n) { let j = at + ${r}u * n4 + ${c}u; C[j] = ${plus}c${r}_${c}; }`);
    return `if (m0 + ${r}u < dims.m) { ${stored.join(' ')} }`;
  });
  return {
    name: `matmul_${layout}_quads${suffix}`,
    code: /* wgsl */ `
enable subgroups;
struct Dims { m: u32, n: u32, i: u32, aAt: u32, aStep: u32, bAt: u32, bStep: u32, cAt: u32, cStep: u32, rAt: u32, rStep: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> A: array<vec4f>;
@group(0) @binding(2) var<storage, read> B: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> C: array<vec4f>;
${residual ? '@group(0) @binding(4) var<storage, read> R: array<vec4f>;' : ''}

@compute @workgroup_size(${group}, ${group}, 1)
fn main(@builtin(global_invocation_id) id: vec3u) {
  // The four of a quad lie side by side in x: they share m0 and with it all of A that they need.
  let lane = id.x & 3u;
  let n0 = id.x * ${TN}u;
  let m0 = id.y * ${TM}u;
  let i4 = dims.i / 4u;
  let n4 = dims.n / 4u;
  let m4 = dims.m / 4u;
  let aAt = (dims.aAt + id.z * dims.aStep) / 4u;
  let bAt = (dims.bAt + id.z * dims.bStep) / 4u;
  let cAt = (dims.cAt + id.z * dims.cStep) / 4u;
  ${residual ? 'let rAt = (dims.rAt + id.z * dims.rStep) / 4u;' : ''}
  ${rows.map((r) => columns.map((c) => `var c${r}_${c} = vec4f();`).join(' ')).join('\n  ')}
${loops[layout](TM, TN)}
  let at = cAt + m0 * n4 + n0 / 4u;
  ${stores.join('\n  ')}
}`,
  };
}

/** `count` vectors of which each lane has loaded every fourth one, as `own0`, `own1`, …: handed around as `a0`, `a1`, … */
const handAround = (count: number): string =>
  range(count).map((r) => `let a${r} = quadBroadcast(own${r >> 2}, ${r & 3}u);`).join(' ');

// Rows and columns past the edge repeat the last one and are not stored.
const loops: Record<Layout, (TM: number, TN: number) => string> = {
  nt: (TM, TN) => `
  ${range(TM / 4).map((r) => `let a${r}At = aAt + min(m0 + ${4 * r}u + lane, dims.m - 1u) * i4;`).join('\n  ')}
  ${range(TN).map((c) => `let b${c}At = bAt + min(n0 + ${c}u, dims.n - 1u) * i4;`).join('\n  ')}
  for (var i = 0u; i < i4; i++) {
    ${range(TM / 4).map((r) => `let own${r} = A[a${r}At + i];`).join(' ')}
    ${handAround(TM)}
    ${range(TN / 4).map((c) => `{
      ${range(4).map((s) => `let b${s} = B[b${4 * c + s}At + i];`).join(' ')}
      ${range(TM).map((r) => `c${r}_${c} += vec4f(dot(a${r}, b0), dot(a${r}, b1), dot(a${r}, b2), dot(a${r}, b3));`).join('\n      ')}
    }`).join('\n    ')}
  }`,
  nn: (TM, TN) => `
  ${range(TM / 4).map((r) => `let a${r}At = aAt + min(m0 + ${4 * r}u + lane, dims.m - 1u) * i4;`).join('\n  ')}
  ${range(TN / 4).map((c) => `let b${c}At = bAt + min(n0 / 4u + ${c}u, n4 - 1u);`).join('\n  ')}
  for (var i = 0u; i < i4; i++) {
    ${range(TM / 4).map((r) => `let own${r} = A[a${r}At + i];`).join(' ')}
    ${handAround(TM)}
    ${range(4).map((s) => `{
      let row = (4u * i + ${s}u) * n4;
      ${range(TN / 4).map((c) => `let b${c} = B[b${c}At + row];`).join(' ')}
      ${range(TM).map((r) => range(TN / 4).map((c) => `c${r}_${c} += a${r}.${xyzw[s]} * b${c};`).join(' ')).join('\n      ')}
    }`).join('\n    ')}
  }`,
  tn: (TM, TN) => `
  ${range(TM / 16).map((r) => `let a${r}At = aAt + min(m0 / 4u + ${4 * r}u + lane, m4 - 1u);`).join('\n  ')}
  ${range(TN / 4).map((c) => `let b${c}At = bAt + min(n0 / 4u + ${c}u, n4 - 1u);`).join('\n  ')}
  for (var i = 0u; i < dims.i; i++) {
    ${range(TM / 16).map((r) => `let own${r} = A[a${r}At + i * m4];`).join(' ')}
    ${handAround(TM / 4)}
    ${range(TN / 4).map((c) => `let b${c} = B[b${c}At + i * n4];`).join(' ')}
    ${range(TM).map((r) => range(TN / 4).map((c) => `c${r}_${c} += a${r >> 2}.${xyzw[r & 3]} * b${c};`).join(' ')).join('\n    ')}
  }`,
};
