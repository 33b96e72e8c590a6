import { Client } from 'poolpass';

import config from '../../../config.js';
import { told } from '../../../story.js';

export const load = async () => ({ told: await told(Client, config) });
