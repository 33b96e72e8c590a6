import { readFile } from 'node:fs/promises';

import { Client } from 'poolpass';

import { story } from './story.js';

console.log(await story(Client, JSON.parse(await readFile('poolpass.json', 'utf8'))));
