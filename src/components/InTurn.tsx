// Parts of the page that come up when it is their turn, after what a person looks at first.
import type { ComponentType, ReactNode } from 'react';
import { useTurn } from './turns';

export function InTurn({ children }: { readonly children: ReactNode }) {
  return useTurn() ? children : null;
}

/**
 * A component whose code is loaded by itself, and which comes up in turn once it is there. Not React's `lazy`: React
 * gathers what it has been waiting for and draws all of it at once.
 */
export function loadedInTurn<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let Loaded: ComponentType<Props> | undefined;
  let problem: unknown;
  const loading = async (): Promise<void> => {
    try {
      Loaded = await load();
    } catch (error) {
      problem = error;
    }
  };
  return function LoadedInTurn(props: Props) {
    if (!useTurn(loading)) return null;
    // The nearest error boundary tells what could not be loaded.
    if (Loaded === undefined) throw problem;
    return <Loaded {...props} />;
  };
}
