// HTML put together from text: whatever is put in is escaped, unless it is HTML that was made here.

export interface Html {
  readonly html: string;
}

type Content = Html | string | number | undefined | false | readonly Content[];

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char]!);

function written(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  if ('html' in content) return content.html;
  return content.map(written).join('');
}

/** A template whose slots are escaped; arrays are put in one after the other, `undefined` and `false` are nothing. */
export function html(parts: TemplateStringsArray, ...slots: Content[]): Html {
  return { html: parts.reduce((text, part, i) => text + written(slots[i - 1]) + part) };
}
