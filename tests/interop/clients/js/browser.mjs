// A person at local-aws's pages: its browser without a screen walks through them by real HTTP requests.

import { config, endpoint } from './aws.mjs';

export const REDIRECT_URI = 'http://127.0.0.1:4000/callback';
export const [ada] = config.demo.users;

// The steps at the page of managed login, and at a stand-in provider.
export const withPassword = [
  { fill: { username: ada.username }, press: 'Next' },
  { fill: { password: ada.password } },
];
export const asGrace = [{ press: 'person=grace' }];

// Resolves to the URL at which the app gets the answer. `browser` is the name of a browser that keeps its cookies.
export const browse = async (url, steps = [], { browser, redirectUri = REDIRECT_URI } = {}) => {
  const body = JSON.stringify({ url: String(url), redirectUri, steps, browser });
  const response = await fetch(`${endpoint}/_local/user-agent`, { method: 'POST', body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return new URL(answer.url);
};

// The OpenID configuration of the demo's user pool, with the keys at this server in place of AWS.
export const openIdConfiguration = async () => {
  const response = await fetch(`${config.userPool.domain}/.well-known/openid-configuration`);
  const document = await response.json();
  return { ...document, jwks_uri: `${endpoint}/${config.userPool.id}/.well-known/jwks.json` };
};
