// Holds the one key of the reviser's API: in memory, for one origin, and in the tab's session storage only where that was
// asked for. Nothing else in the lab holds a key, and nothing gives it out but for a request to its own origin.

export interface Keyring {
  /** Holds a key for the origin of an address, in place of the one before; a blank one forgets. */
  hold(baseUrl: string, key: string): void;
  /** The key, where the address is of the origin that it was given for. */
  keyFor(baseUrl: string): string | undefined;
  /** Tells that another address is in use now: a key for another origin is forgotten. */
  useAddress(baseUrl: string): void;
  forget(): void;
  /** Keeps the key in session storage, until the tab is closed, or in memory alone. */
  remember(wanted: boolean): void;
  readonly remembered: boolean;
}

const NAME = 'alignment-lab/key';

/** The origin that a key would be sent to; undefined where the address is none. */
export function originOf(baseUrl: string): string | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const { origin, protocol } = new URL(baseUrl);
  return /^https?:$/.test(protocol) ? origin : undefined;
}

/** @param session the tab's session storage; where it is missing or forbidden, memory does. */
export function createKeyring(session?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Keyring {
  let held: { readonly origin: string; readonly key: string } | undefined;
  let remembered = false;

  const quietly = (work: () => void): void => {
    try {
      work();
    } catch {
      // Storage is forbidden or full here: the key lives until the page is left.
    }
  };
  quietly(() => {
    const stored = JSON.parse(session?.getItem(NAME) ?? 'null') as { origin?: unknown; key?: unknown } | null;
    if (typeof stored?.origin !== 'string' || typeof stored.key !== 'string') return;
    held = { origin: stored.origin, key: stored.key };
    remembered = true;
  });

  function keep(): void {
    quietly(() => {
      if (remembered && held !== undefined) session?.setItem(NAME, JSON.stringify(held));
      else session?.removeItem(NAME);
    });
  }

  function forget(): void {
    held = undefined;
    keep();
  }

  return {
    hold(baseUrl, key) {
      const origin = originOf(baseUrl);
      const bare = key.trim();
      if (origin === undefined || bare === '') return forget();
      held = { origin, key: bare };
      keep();
    },
    keyFor: (baseUrl) => (held !== undefined && originOf(baseUrl) === held.origin ? held.key : undefined),
    useAddress(baseUrl) {
      if (held !== undefined && originOf(baseUrl) !== held.origin) forget();
    },
    forget,
    remember(wanted) {
      remembered = wanted;
      keep();
    },
    get remembered() {
      return remembered;
    },
  };
}
