// Which runs are in the hands of which tab. A tab that trains a run holds a lock on it, which the browser lets go of
// when the tab is closed or crashes, so a run is never continued twice at a time.

const PREFIX = 'alignment-lab/run/';

const releases = new Map<string, () => void>();

function manager(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks;
}

/** Takes the run; false when another tab has it. Where the browser has no locks everybody may. */
export function holdRun(id: string): Promise<boolean> {
  const locks = manager();
  if (locks === undefined || releases.has(id)) return Promise.resolve(true);
  return new Promise((taken) => {
    locks
      .request(PREFIX + id, { ifAvailable: true }, (lock) => {
        taken(lock !== null);
        if (lock === null) return undefined;
        return new Promise<void>((release) => releases.set(id, release));
      })
      // Documents without an origin may have no locks.
      .catch(() => taken(true));
  });
}

export function releaseRun(id: string): void {
  releases.get(id)?.();
  releases.delete(id);
}

/** The runs that any tab is training. */
export async function heldRuns(): Promise<ReadonlySet<string>> {
  try {
    const { held = [] } = (await manager()?.query()) ?? {};
    return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
  } catch {
    return new Set();
  }
}
