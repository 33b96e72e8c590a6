import { Poolpass } from 'poolpass';

import { config, show, story } from './story.js';

show(story(Poolpass, await config()));
