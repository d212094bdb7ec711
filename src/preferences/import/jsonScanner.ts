// Finds the rows of a JSON document while it comes in: the elements of an array, of an array under a known key such as
// `data`, or whole top-level objects. Only the row at hand is held. Used by jsonDocument.ts.
import { UserError } from '../../engine/errors';
import { MAX_ROW } from './sourceRow';

/** Keys under which others keep their rows. */
export const containerKeys: ReadonlySet<string> = new Set([
  'data', 'rows', 'train', 'test', 'validation', 'examples', 'instances', 'items', 'pairs', 'records', 'dataset', 'results', 'samples',
]);

export interface Found {
  /** An element of an array of rows, or a top-level value that holds no such array. */
  readonly kind: 'element' | 'document';
  readonly text: string;
  readonly line: number;
  /** Longer than MAX_ROW; the text is cut. */
  readonly tooLong: boolean;
}

export interface JsonScanner {
  /** What has become complete; nothing more once the document has failed. */
  feed(chunk: string): Found[];
  /** Why it can not go on, e.g. because brackets do not match: from there on nobody knows where a row begins. */
  failure(): UserError | undefined;
  /** @throws UserError if the document is not complete. */
  end(): void;
  /** The text of a `columns` key beside the rows, as pandas writes it. */
  columns(): string | undefined;
}

/** A top-level object without an array of rows has to be held whole. */
const MAX_DOCUMENT = 256_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0xfeff;
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b;
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d;

export function createJsonScanner(): JsonScanner {
  /** The brackets around the place where rows are looked for: `[` or `{`, outermost first. */
  const around: number[] = [];
  /** Inside an object: whether a key, a colon or a value comes next. */
  let expecting: 'key' | 'colon' | 'value' = 'key';
  let key = '';
  let columnsText: string | undefined;

  // The value that is being read; null between values.
  let capture: { pieces: string[]; length: number; line: number; opened: number[]; primitive: boolean; what: 'element' | 'key' | 'skipped' } | null = null;
  let inString = false;
  /** The next character follows a backslash. */
  let escaped = false;

  /** The text of the top-level object so far; null once it turned out to hold rows. */
  let document: { pieces: string[]; length: number; line: number } | null = null;

  let line = 1;
  let counted = 0;
  let out: Found[] = [];
  let failed: UserError | undefined;

  const damaged = (): UserError =>
    new UserError('The JSON is damaged at line {line}: its brackets do not match. The rows until there were kept; repair it there for the rest.', { line });

  function scan(chunk: string): void {
    out = [];
    counted = 0;
    let i = 0;
    /** Where the part of this chunk begins that belongs to the top-level object. */
    let documentFrom = 0;
    /** And to the value that is being read. */
    let captureFrom = 0;

    const lineAt = (at: number): number => {
      for (let next = chunk.indexOf('\n', counted); next !== -1 && next < at; next = chunk.indexOf('\n', counted)) {
        line += 1;
        counted = next + 1;
      }
      return line;
    };
    const keep = (piece: string): void => {
      if (!capture || (capture.what === 'skipped' && key !== 'columns')) return;
      capture.length += piece.length;
      if (capture.length <= MAX_ROW + 1000) capture.pieces.push(piece);
      else if (capture.pieces.length > 0) capture.pieces = [capture.pieces.join('').slice(0, MAX_ROW)];
    };
    const holdDocument = (to: number): void => {
      if (!document) return;
      document.pieces.push(chunk.slice(documentFrom, to));
      document.length += to - documentFrom;
      documentFrom = to;
      if (document.length > MAX_DOCUMENT) {
        throw new UserError('The JSON is one object of more than {limit} characters without a list of rows. Nothing was imported; save it as JSONL.', { limit: MAX_DOCUMENT });
      }
    };
    /** The value ends before `end`. */
    const finish = (end: number): void => {
      keep(chunk.slice(captureFrom, end));
      const { pieces, length, line: begun, what } = capture!;
      capture = null;
      if (what === 'element') out.push({ kind: 'element', text: pieces.join(''), line: begun, tooLong: length > MAX_ROW });
      else if (what === 'key') {
        key = pieces.join('').slice(1, -1);
        expecting = 'colon';
      } else {
        if (key === 'columns') columnsText = pieces.join('');
        expecting = 'key';
      }
    };
    const begin = (what: 'element' | 'key' | 'skipped', at: number): void => {
      capture = { pieces: [], length: 0, line: lineAt(at), opened: [], primitive: false, what };
      captureFrom = at;
    };

    while (i < chunk.length) {
      if (capture !== null) {
        const reading: NonNullable<typeof capture> = capture;
        if (inString) {
          const quote = chunk.indexOf('"', i);
          const stop = quote === -1 ? chunk.length : quote;
          let slashes = 0;
          while (stop - slashes > i && chunk.charCodeAt(stop - slashes - 1) === BACKSLASH) slashes += 1;
          if (stop - slashes === i && escaped) slashes += 1;
          const odd = slashes % 2 === 1;
          escaped = quote === -1 && odd;
          i = quote === -1 ? stop : stop + 1;
          if (quote !== -1 && !odd) {
            inString = false;
            if (reading.opened.length === 0) finish(i);
          }
          continue;
        }
        const code = chunk.charCodeAt(i);
        if (code === QUOTE) inString = true;
        else if (isOpening(code)) reading.opened.push(code);
        else if (isClosing(code)) {
          if (reading.primitive) {
            finish(i);
            continue;
          }
          // The closing bracket is two above the opening one in ASCII.
          if (reading.opened.pop() !== code - 2) {
            lineAt(i);
            throw damaged();
          }
          if (reading.opened.length === 0) {
            finish(i + 1);
          }
        } else if (reading.primitive && (code === 0x2c || isSpace(code))) {
          finish(i);
          continue;
        } else if (reading.opened.length === 0) reading.primitive = true;
        i += 1;
        continue;
      }

      const code = chunk.charCodeAt(i);
      const inside = around.at(-1);
      if (isSpace(code) || code === 0x2c) i += 1;
      else if (isClosing(code)) {
        if (around.pop() !== code - 2) {
          lineAt(i);
          throw damaged();
        }
        i += 1;
        expecting = 'key';
        if (around.length === 0 && document) {
          holdDocument(i);
          const { pieces, line: begun } = document;
          document = null;
          out.push({ kind: 'document', text: pieces.join(''), line: begun, tooLong: false });
        }
      } else if (inside === 0x7b) {
        if (expecting === 'key') begin('key', i);
        else if (expecting === 'colon') {
          if (code !== 0x3a) {
            lineAt(i);
            throw damaged();
          }
          expecting = 'value';
          i += 1;
        } else if (isOpening(code) && containerKeys.has(key)) {
          if (code === 0x5b) document = null;
          around.push(code);
          expecting = 'key';
          i += 1;
        } else begin('skipped', i);
      } else if (inside === 0x5b) begin('element', i);
      else if (isOpening(code)) {
        around.push(code);
        expecting = 'key';
        if (code === 0x7b) {
          document = { pieces: [], length: 0, line: lineAt(i) };
          documentFrom = i;
        }
        i += 1;
      } else {
        lineAt(i);
        throw damaged();
      }
    }
    if (capture !== null) keep(chunk.slice(captureFrom));
    holdDocument(chunk.length);
    lineAt(chunk.length);
  }

  return {
    feed: (chunk) => {
      if (failed) return [];
      try {
        scan(chunk);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failed = error;
      }
      return out;
    },
    failure: () => failed,
    end: () => {
      if (capture !== null || around.length > 0) {
        throw new UserError('The JSON breaks off before its end. The rows until there were kept; get the file again for the rest.');
      }
    },
    columns: () => columnsText,
  };
}
