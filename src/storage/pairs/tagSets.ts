// A dataset's dictionary of tag lists. Many pairs have few different lists between them, so a pair keeps one number.

export interface TagSets {
  /** By number; the first is the empty list. Only ever grows. */
  readonly lists: readonly (readonly string[])[];
  /** The number of a list, in this order; a new list is entered. */
  idOf(tags: readonly string[]): number;
  /** Every tag that some list has, in the order of first use. */
  readonly tags: () => readonly string[];
}

export function createTagSets(known: readonly (readonly string[])[] = []): TagSets {
  const lists: (readonly string[])[] = [];
  const ids = new Map<string, number>();
  const idOf = (tags: readonly string[]): number => {
    const unique = [...new Set(tags)];
    const key = JSON.stringify(unique);
    const found = ids.get(key);
    if (found !== undefined) return found;
    ids.set(key, lists.length);
    return lists.push(unique) - 1;
  };
  idOf([]);
  for (const list of known) idOf(list);
  return { lists, idOf, tags: () => [...new Set(lists.flat())] };
}
