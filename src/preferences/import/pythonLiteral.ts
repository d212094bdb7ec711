// Reads lists and dictionaries as Python prints them: what pandas and datasets put into the cells of a CSV file.

const MAX_DEPTH = 64;
/** Thrown and caught within this file. */
const wrong = Symbol('wrong');

/** The value of a Python literal (lists, tuples, dictionaries, strings, numbers, None, True, False), or undefined. Never throws. */
export function parsePythonLiteral(text: string): unknown {
  let at = 0;

  const skipSpace = (): void => {
    while (at < text.length && /\s/.test(text[at]!)) at += 1;
  };
  const take = (char: string): boolean => {
    skipSpace();
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };
  const demand = (char: string): void => {
    if (!take(char)) throw wrong;
  };

  function value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw wrong;
    skipSpace();
    const char = text[at];
    if (char === '[' || char === '(') {
      at += 1;
      return list(char === '[' ? ']' : ')', depth);
    }
    if (char === '{') {
      at += 1;
      return dictionary(depth);
    }
    if (char === "'" || char === '"') return string();
    const rest = text.slice(at, at + 40);
    if (rest.startsWith('array(')) {
      at += 6;
      return numpyArray(depth);
    }
    const [word] = /^(?:None|True|False|nan|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest) ?? [];
    if (word === undefined) throw wrong;
    at += word.length;
    return word === 'None' || word === 'nan' ? null : word === 'True' ? true : word === 'False' ? false : Number(word);
  }

  function list(end: string, depth: number): unknown[] {
    const out: unknown[] = [];
    // Commas may be missing: numpy prints arrays without them.
    while (!take(end)) {
      out.push(value(depth + 1));
      take(',');
    }
    return out;
  }

  /** `array([…], dtype=object)` */
  function numpyArray(depth: number): unknown {
    const out = value(depth + 1);
    while (!take(')')) {
      if (at >= text.length) throw wrong;
      at += 1;
    }
    return out;
  }

  function dictionary(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!take('}')) {
      const key = value(depth + 1);
      demand(':');
      entries.push([String(key), value(depth + 1)]);
      take(',');
    }
    return Object.fromEntries(entries);
  }

  function string(): string {
    const quote = text[at]!;
    at += 1;
    let out = '';
    for (;;) {
      let end = at;
      while (end < text.length && text[end] !== quote && text[end] !== '\\') end += 1;
      if (end >= text.length) throw wrong;
      out += text.slice(at, end);
      at = end + 1;
      if (text[end] === quote) return out;
      out += escape();
    }
  }

  function escape(): string {
    const char = text[at] ?? '';
    at += 1;
    const plain: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', '0': '\0', "'": "'", '"': '"', '\\': '\\', '\n': '' };
    if (Object.hasOwn(plain, char)) return plain[char]!;
    const digits = { x: 2, u: 4, U: 8 }[char];
    if (digits === undefined) return `\\${char}`;
    const hex = text.slice(at, at + digits);
    if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length !== digits) throw wrong;
    at += digits;
    const point = parseInt(hex, 16);
    if (point > 0x10ffff) throw wrong;
    return String.fromCodePoint(point);
  }

  try {
    const read = value(0);
    skipSpace();
    return at === text.length ? read : undefined;
  } catch (error) {
    if (error === wrong) return undefined;
    throw error;
  }
}
