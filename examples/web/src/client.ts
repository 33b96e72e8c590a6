import { Client } from 'poolpass';

/** Creates the app's client from the `poolpass.json` beside the page. */
export async function createClient(): Promise<{ client: Client; local: LocalDemo | undefined }> {
  const answer = await fetch('poolpass.json');
  if (!answer.ok)
    throw new Error('There is no poolpass.json beside this page, so the app does not know its user pool.');
  const config = await answer.json();
  return { client: await Client.create(config), local: localDemo(config) };
}

/** Data of local-aws: users for trying the app, and where to read mailed codes. */
export interface LocalDemo {
  readonly username: string;
  readonly password: string;
  readonly messagesUrl: string;
}

function localDemo(config: {
  demo?: { users?: { username: string; password: string }[] };
  endpoints?: { cognitoIdp?: string };
}): LocalDemo | undefined {
  const user = config.demo?.users?.[0];
  if (user === undefined) return undefined;
  return { ...user, messagesUrl: `${config.endpoints?.cognitoIdp}/_local/messages` };
}
