// Sentence templates with {slots}: one template both writes a sentence and recognises it,
// so the scorer can never disagree with the writers about what was said.

export type Slots = Readonly<Record<string, string>>;

/** Fills a template's slots and gives the sentence its capital. */
export function render(template: string, slots: Slots): string {
  const text = template.replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What may stand in a slot: words from a closed list, or any whole number up to four digits. */
export type SlotPattern = readonly string[] | 'number';

export interface SlotMatch {
  readonly slot: string;
  /** In the spelling of the closed list. */
  readonly value: string;
  /** Place of the slot in the text that was matched. */
  readonly start: number;
  readonly end: number;
}

export type Matcher = (text: string) => SlotMatch[] | null;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Literal text, tolerant of spacing, the kind of apostrophe and whether punctuation is there. */
function looseLiteral(text: string): string {
  return escape(text)
    .replace(/\\[.?]|[!:,]/g, (mark) => `${mark}?`)
    .replace(/\s+/g, '\\s+')
    .replace(/['’]/g, "['’]");
}

/**
 * Compiles a template into a matcher of one whole, trimmed sentence. It ignores case, spacing and final punctuation;
 * punctuation inside the template may be left out. The compiled expression has no nested repetition,
 * so that matching takes time in proportion to the text, whatever the text is.
 */
export function compile(template: string, patterns: Readonly<Record<string, SlotPattern>>): Matcher {
  const slotNames: string[] = [];
  const spellings: (ReadonlyMap<string, string> | null)[] = [];
  const body = template
    .replace(/[.!?]+$/, '')
    .split(/(\{\w+\})/)
    .map((part) => {
      const slot = /^\{(\w+)\}$/.exec(part)?.[1];
      if (slot === undefined) return looseLiteral(part);
      const pattern = patterns[slot];
      if (pattern === undefined) throw new Error(`The template “${template}” has no pattern for its slot ${slot}`);
      slotNames.push(slot);
      if (pattern === 'number') {
        spellings.push(null);
        return '(\\d{1,4})';
      }
      spellings.push(new Map(pattern.map((word) => [word.toLowerCase(), word])));
      // Longer words first, so that “12 nets” is not read as “1”.
      const words = [...pattern].sort((a, b) => b.length - a.length);
      return `(${words.map(looseLiteral).join('|')})`;
    })
    .join('');
  const regex = new RegExp(`^${body}\\s*[.!?]*$`, 'di');
  return (text) => {
    const match = regex.exec(text);
    if (match === null) return null;
    return slotNames.map((slot, i) => {
      const [start, end] = match.indices![i + 1]!;
      const said = match[i + 1]!;
      const spelling = spellings[i]?.get(said.toLowerCase().replace(/\s+/g, ' ').replace(/’/g, "'"));
      return { slot, value: spelling ?? String(Number(said)), start, end };
    });
  };
}
