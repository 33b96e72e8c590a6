import { Client } from 'poolpass';

import config from './config.js';
import { told } from './story.js';

export const handler = () => told(Client, config);
