import { Client } from 'poolpass';

import config from './config.js';
import { told } from './story.js';

console.log(await told(Client, config));
