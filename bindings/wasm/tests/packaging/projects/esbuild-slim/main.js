import wasm from 'poolpass/poolpass.wasm';
import { init, Poolpass } from 'poolpass/slim';

import { config, show, story } from './story.js';

await init(wasm);
show(story(Poolpass, await config()));
