import { readFile } from 'node:fs/promises';

import { Poolpass } from 'poolpass';

import { story } from './story.js';

console.log(await story(Poolpass, JSON.parse(await readFile('poolpass.json', 'utf8'))));
