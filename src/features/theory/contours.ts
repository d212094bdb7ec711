// Lines of equal loss on a square grid, by marching squares with linear interpolation. Libraries give areas, whose
// outlines also run along the plane's edge; here only the lines are wanted.

/** A piece of a line, in columns and rows of the grid. */
export type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

/**
 * The pieces of the line at one level. `values` are row by row, `size` to a row. A cell with a corner that is no number has none.
 * A saddle is cut by the mean of its corners.
 */
export function contour(values: readonly number[], size: number, level: number): Segment[] {
  const out: Segment[] = [];
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const at = row * size + column;
      // Most cells are not crossed; nothing is made for them.
      const first = values[at]! > level;
      if (values[at + 1]! > level === first && values[at + size + 1]! > level === first && values[at + size]! > level === first) continue;
      // Around the cell: this corner, right of it, above that, above this.
      const corners = [values[at]!, values[at + 1]!, values[at + size + 1]!, values[at + size]!] as const;
      if (!corners.every(Number.isFinite)) continue;
      const above = corners.map((value) => value > level);
      const cross = (edge: number): readonly [number, number] => {
        const from = corners[edge]!;
        const way = (level - from) / (corners[(edge + 1) % 4]! - from);
        const places = [[column + way, row], [column + 1, row + way], [column + 1 - way, row + 1], [column, row + 1 - way]] as const;
        return places[edge]!;
      };
      const edges = [0, 1, 2, 3].filter((edge) => above[edge] !== above[(edge + 1) % 4]);
      if (edges.length === 2) {
        out.push([...cross(edges[0]!), ...cross(edges[1]!)]);
      } else {
        // All four sides are crossed; the middle says which corners belong together.
        const middle = corners.reduce((sum, value) => sum + value, 0) / 4 > level;
        const pairs = middle === above[0] ? [[0, 1], [2, 3]] : [[3, 0], [1, 2]];
        for (const [first, second] of pairs) out.push([...cross(first!), ...cross(second!)]);
      }
    }
  }
  return out;
}
