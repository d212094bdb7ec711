// Copies and JSON texts of values that may be of any size and depth, cut off at a limit. Used for the columns that a pair
// keeps as extra and for what is shown of a rejected row.

const MAX_DEPTH = 8;

/**
 * A copy of plain JSON values, and about how many characters its JSON has; null if it goes beyond the limit or too deep, or
 * holds what JSON can not (bytes, functions). Big integers and dates, which Parquet has, become numbers and text.
 */
export function boundedCopy(value: unknown, limit: number): { copy: unknown; cost: number } | null {
  let cost = 0;
  const over = Symbol('over');

  function copy(one: unknown, depth: number): unknown {
    cost += 2;
    if (cost > limit || depth > MAX_DEPTH) throw over;
    if (one === null || typeof one === 'boolean') return one;
    if (typeof one === 'number') return Number.isFinite(one) ? one : null;
    if (typeof one === 'bigint') return Number.isSafeInteger(Number(one)) ? Number(one) : String(one);
    if (typeof one === 'string') {
      cost += one.length;
      return one;
    }
    if (one instanceof Date) return Number.isNaN(one.getTime()) ? null : one.toISOString();
    if (Array.isArray(one)) return one.map((item) => copy(item ?? null, depth + 1));
    if (typeof one !== 'object' || ArrayBuffer.isView(one)) throw over;
    const entries: [string, unknown][] = [];
    for (const [key, item] of Object.entries(one)) {
      cost += key.length + 2;
      if (item !== undefined) entries.push([key, copy(item, depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  try {
    const copied = copy(value ?? null, 0);
    return cost > limit ? null : { copy: copied, cost };
  } catch (error) {
    if (error === over) return null;
    throw error;
  }
}

/** The JSON of a value, cut off with an ellipsis where it is longer than the limit or too deep. Never throws. */
export function boundedJson(value: unknown, limit: number): string {
  let out = '';
  const full = Symbol('full');
  const put = (text: string): void => {
    out += text;
    if (out.length > limit) throw full;
  };
  function write(one: unknown, depth: number): void {
    if (one === undefined || one === null) put('null');
    else if (typeof one === 'string') put(JSON.stringify(one.length > limit ? one.slice(0, limit) : one));
    else if (typeof one === 'bigint') put(String(one));
    else if (typeof one !== 'object') put(JSON.stringify(one) ?? 'null');
    else if (depth > MAX_DEPTH) put('"…"');
    else if (one instanceof Date || ArrayBuffer.isView(one)) put(JSON.stringify(String(one).slice(0, 100)));
    else if (Array.isArray(one)) {
      put('[');
      one.forEach((item, i) => {
        if (i > 0) put(',');
        write(item, depth + 1);
      });
      put(']');
    } else {
      put('{');
      Object.entries(one).forEach(([key, item], i) => {
        put(`${i > 0 ? ',' : ''}${JSON.stringify(key)}:`);
        write(item, depth + 1);
      });
      put('}');
    }
  }
  try {
    write(value, 0);
    return out;
  } catch (error) {
    if (error === full) return `${out.slice(0, limit)}…`;
    throw error;
  }
}
