import { Client } from 'poolpass';
import { expect, test } from 'vitest';

import config from '../config.js';
import { TOLD, told } from '../story.js';

test('the story', async () => {
  expect(await told(Client, config)).toBe(TOLD);
}, 60_000);
