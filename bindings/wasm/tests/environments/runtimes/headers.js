// Records the headers that the package asks the host to send in every kind of write.
import * as poolpass from 'poolpass';

import config from './headers_config.js';
import { watchedWrites } from './writes.js';

console.log(JSON.stringify(await watchedWrites(poolpass, config, config.demo.users[0])));
