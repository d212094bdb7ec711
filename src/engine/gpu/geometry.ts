// How many workgroups a dispatch needs.

/** Threads of a workgroup in kernels that give each thread one row or one number. */
export const ROW_GROUP = 64;

/** WebGPU's limit of workgroups in one direction. */
const MOST = 65_535;

/** Workgroups for one thread a row; throws where a recipe is beyond what one dispatch can hold. */
export function rowGroups(rows: number): [number, number, number] {
  const groups = Math.ceil(rows / ROW_GROUP);
  if (groups > MOST) throw new RangeError(`${rows} rows need more workgroups than one dispatch can hold.`);
  return [Math.max(1, groups), 1, 1];
}
