import { Client } from 'poolpass';

import config from './config.js';
import { told } from './story.js';

document.querySelector('output').textContent = await told(Client, config);
