import { Client } from 'poolpass';
import { NextResponse } from 'next/server';

import config_ from './config.js';
import { told } from './story.js';

export async function middleware() {
  return NextResponse.json({ told: await told(Client, config_) });
}

export const config = { matcher: '/middleware' };
