import { Client, type IdentityProvider } from 'poolpass';

import { restoreLogin } from './account/linked-login';
import { apiNotes } from './notes/api-notes';
import type { NoteStore } from './notes/note-store';
import { tableNotes } from './notes/table-notes';

/** The parts of the app. */
export interface Parts {
  readonly client: Client;
  readonly notes: NoteStore;
  /** The providers that the sign-in page offers. */
  readonly providers: readonly IdentityProvider[];
  readonly local: LocalDemo | undefined;
}

/** Creates the app's client from the `poolpass.json` beside the page, to which the app adds `identityProviders` and `notes`. */
export async function createClient(): Promise<Parts> {
  const answer = await fetch('poolpass.json');
  if (!answer.ok)
    throw new Error('There is no poolpass.json beside this page, so the app does not know its user pool.');
  const { identityProviders: providers = [], notes = 'table', ...config } = await answer.json();
  const client = await Client.create(config, { deviceName: deviceName() });
  const local = localDemo(config);
  restoreLogin(client, local);
  return { client, notes: noteStore(client, notes), providers, local };
}

/** The place of the notes that `notes` in `poolpass.json` names. */
function noteStore(client: Client, place: unknown): NoteStore {
  switch (place) {
    case 'table':
      return tableNotes(client);
    case 'api':
      return apiNotes(client);
    default:
      throw new Error('The member “notes” of poolpass.json is neither "table" nor "api".');
  }
}

/** The name of this device in the list of trusted ones, such as “Chrome on Linux”. */
function deviceName(): string {
  const { userAgent } = navigator;
  const find = (names: readonly string[]) => names.find((name) => userAgent.includes(name));
  const browser = find(['Edg', 'Firefox', 'Chrome', 'Safari'])?.replace('Edg', 'Edge') ?? 'Browser';
  const system = find(['iPhone', 'iPad', 'Android', 'Windows', 'Mac', 'Linux']);
  return system === undefined ? browser : `${browser} on ${system}`;
}

/** Data of local-aws: users for trying the app, and where to read mailed codes. */
export interface LocalDemo {
  readonly username: string;
  readonly password: string;
  readonly messagesUrl: string;
  /** Where the stand-ins of identity providers are, and the id that the app has there. */
  readonly providersUrl: string;
  readonly appId: string;
}

function localDemo(config: {
  demo?: { users?: { username: string; password: string }[]; logins?: { appId?: string } };
  endpoints?: { cognitoIdp?: string };
}): LocalDemo | undefined {
  const user = config.demo?.users?.[0];
  if (user === undefined) return undefined;
  const url = config.endpoints?.cognitoIdp;
  const appId = config.demo?.logins?.appId ?? '';
  return { ...user, messagesUrl: `${url}/_local/messages`, providersUrl: `${url}/_providers`, appId };
}
