import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { Client, init } from 'poolpass/slim';

import { story } from './story.js';

await init(readFile(createRequire(import.meta.url).resolve('poolpass/poolpass.wasm')));
console.log(await story(Client, JSON.parse(await readFile('poolpass.json', 'utf8'))));
