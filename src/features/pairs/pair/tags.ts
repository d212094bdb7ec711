// Tags as people write them: with commas between them, each once.

/** At most so many characters each. */
const LONGEST = 60;

export function readTags(written: string): string[] {
  return [...new Set(written.split(',').map((tag) => tag.trim().replace(/\s+/g, ' ').slice(0, LONGEST)).filter((tag) => tag !== ''))];
}

export const writeTags = (tags: readonly string[]): string => tags.join(', ');
