import * as poolpass from 'poolpass';

import config from './headers_config.js';
import { watchedWrites } from './writes.js';

export default {
  async fetch() {
    return Response.json(await watchedWrites(poolpass, config, config.demo.users[0]));
  },
};
