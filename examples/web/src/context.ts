import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Parts } from './client';
import type { Visit } from './visit';

/** The context of every page. */
export interface App extends Parts {
  readonly visit: Visit;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('useApp is for what is inside AppContext.Provider');
  return app;
}
