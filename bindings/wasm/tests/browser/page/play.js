import * as poolpass from 'poolpass';

import { play } from '../player/scenario_run.mjs';
import { backendOf } from './backend.js';

/** Plays a scenario in this page, each store of it in IndexedDB. */
export function playHere(scenario, config) {
  const isAlone = Object.keys(scenario.clients ?? {}).length < 2;
  return play(scenario, backendOf(config), poolpass, isAlone ? () => undefined : (name) => storeNamed(name));
}

/** One page has one default store; a name before the keys makes several of it. */
function storeNamed(name) {
  const store = new poolpass.IndexedDbStore();
  return {
    load: (key) => store.load(`${name}.${key}`),
    save: (key, value) => store.save(`${name}.${key}`, value),
    remove: (key) => store.remove(`${name}.${key}`),
  };
}
