import type { Client } from 'poolpass';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { LocalDemo } from './client';
import type { Visit } from './visit';

/** The context of every page. */
export interface App {
  readonly client: Client;
  readonly visit: Visit;
  readonly local: LocalDemo | undefined;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('useApp is for what is inside AppContext.Provider');
  return app;
}
