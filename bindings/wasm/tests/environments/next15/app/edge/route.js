import { Client } from 'poolpass';

import config from '../../config.js';
import { told } from '../../story.js';

export const runtime = 'edge';
export const dynamic = 'force-dynamic';

export const GET = async () => new Response(await told(Client, config));
