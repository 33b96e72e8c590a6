import { Client } from 'poolpass';

import config from '../../config.js';
import { told } from '../../story.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <output>{await told(Client, config)}</output>;
}
