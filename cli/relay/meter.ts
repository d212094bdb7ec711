// Watches an answer on its way to the student and tells what it cost in tokens; the bytes pass through as they are.
import { createParser } from 'eventsource-parser';

export interface Cost {
  readonly input: number;
  readonly output: number;
}

/** An answer of this many characters is kept to read its usage from; of a longer one the length tells. */
const MOST_KEPT = 1_000_000;

const count = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined);

/** `usage` of a completion or of a chunk, where it is there. */
function usageOf(json: unknown): Cost | undefined {
  const usage = (json as { usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null } | null)?.usage;
  const input = count(usage?.prompt_tokens);
  const output = count(usage?.completion_tokens);
  return input === undefined || output === undefined ? undefined : { input, output };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Meter {
  readonly through: TransformStream<Uint8Array, Uint8Array>;
  /** What it cost as far as it has come: as the upstream counts, or estimated where it does not say. */
  cost(): Cost;
}

export function createMeter(streamed: boolean, input: number): Meter {
  const decoder = new TextDecoder();
  let told: Cost | undefined;
  let kept = '';
  let bytes = 0;
  let chunks = 0;
  const parser = createParser({
    onEvent: ({ data }) => {
      chunks += 1;
      // Only the chunk with the usage is worth parsing.
      if (data.includes('"usage"')) told = usageOf(parse(data)) ?? told;
    },
    maxBufferSize: MOST_KEPT,
  });
  let readable = streamed;
  const through = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      const text = decoder.decode(chunk, { stream: true });
      if (readable) {
        try {
          parser.feed(text);
        } catch {
          readable = false; // No events after all: the length tells.
        }
      } else if (!streamed && kept.length + text.length <= MOST_KEPT) kept += text;
      controller.enqueue(chunk);
    },
  });
  return {
    through,
    cost: () => told ?? (streamed ? undefined : usageOf(parse(kept))) ?? { input, output: streamed && readable ? chunks : Math.ceil(bytes / 4) },
  };
}
