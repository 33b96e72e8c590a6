import { Client } from 'poolpass';

import config from './config.js';
import { told } from './story.js';

export default {
  async fetch() {
    return new Response(await told(Client, config));
  },
};
