import wasm from 'poolpass/poolpass.wasm';
import { Client, init } from 'poolpass/slim';

import { config, show, story } from './story.js';

await init(wasm);
show(story(Client, await config()));
