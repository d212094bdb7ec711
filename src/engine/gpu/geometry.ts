// How many workgroups a dispatch needs.

/** Threads of a workgroup in kernels that give each thread one row or one number. */
export const ROW_GROUP = 64;

/** WebGPU's limit of workgroups in one direction. */
const MOST = 65_535;

/**
 * Workgroups for one thread a row. Beyond the limit of one direction they spread over a second, and a kernel
 * that begins with `ROW_ENTRY` must leave threads past the end alone.
 */
export function rowGroups(rows: number): [number, number, number] {
  const groups = Math.max(1, Math.ceil(rows / ROW_GROUP));
  const y = Math.ceil(groups / MOST);
  return [Math.ceil(groups / y), y, 1];
}

/** WGSL for numbers taken one after the other: four at once where all rows begin at a multiple of four. */
export function lanes(fours: boolean) {
  return {
    step: fours ? 4 : 1,
    type: fours ? 'vec4f' : 'f32',
    /** The sum of the products, as one number. */
    dot: (a: string, b: string) => (fours ? `dot(${a}, ${b})` : `(${a}) * (${b})`),
  };
}

/** The entry point of kernels that are dispatched by `rowGroups`; `thread` is each one's number. */
export const ROW_ENTRY = /* wgsl */ `@compute @workgroup_size(${ROW_GROUP})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = id.x + id.y * groups.x * ${ROW_GROUP}u;`;
