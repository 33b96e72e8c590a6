import { Poolpass } from 'poolpass';
import { NextResponse } from 'next/server';

import config_ from './config.js';
import { told } from './story.js';

export async function proxy() {
  return NextResponse.json({ told: await told(Poolpass, config_) });
}

export const config = { matcher: '/middleware' };
