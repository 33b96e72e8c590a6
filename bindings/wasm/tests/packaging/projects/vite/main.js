import { Client } from 'poolpass';

import { config, show, story } from './story.js';

show(story(Client, await config()));
