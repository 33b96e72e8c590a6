// A client in a worker, which import maps do not reach.
import { Client } from '../poolpass/index.js';

addEventListener('message', async ({ data: config }) => {
  try {
    const client = await Client.create(config);
    const user = await client.currentUser();
    const { email } = await client.account.attributes();
    postMessage({ username: user?.username, email });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
