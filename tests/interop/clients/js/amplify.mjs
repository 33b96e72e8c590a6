// Amplify Auth, its storage, and what its tests share.

import assert from 'node:assert/strict';

import { fetchAuthSession, signIn } from '@aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
import { Amplify } from '@aws-amplify/core';

import { endpoint } from './aws.mjs';

// Amplify names a device after the browser, of which Node.js 20 tells nothing.
globalThis.navigator ??= { userAgent: `Node.js/${process.version}` };

export const FLOWS = ['ALLOW_USER_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];

// Amplify has one configuration and one storage at a time. The package `aws-amplify` would connect the two modules by itself.
export const use = ({ UserPoolId, ClientId }) => {
  const Cognito = { userPoolId: UserPoolId, userPoolClientId: ClientId, userPoolEndpoint: endpoint };
  cognitoUserPoolsTokenProvider.setAuthConfig({ Cognito });
  Amplify.configure({ Auth: { Cognito } }, { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });
  useNewBrowser();
};

export const useNewBrowser = () => {
  const browser = new Browser();
  useBrowser(browser);
  return browser;
};

export const useBrowser = (browser) => cognitoUserPoolsTokenProvider.setKeyValueStorage(browser);

class Browser {
  #items = new Map();
  getItem = async (name) => this.#items.get(name) ?? null;
  setItem = async (name, value) => void this.#items.set(name, value);
  removeItem = async (name) => void this.#items.delete(name);
  clear = async () => this.#items.clear();
}

export const tokens = async (options) => (await fetchAuthSession(options)).tokens;

export const assertSignedIn = async ({ isSignedIn, nextStep }, { name }) => {
  assert.equal(nextStep.signInStep, 'DONE');
  assert.ok(isSignedIn);
  assert.equal((await tokens()).accessToken.payload.username, name);
};

export const withUserAuth = (username, options = {}) =>
  signIn({ username, options: { authFlowType: 'USER_AUTH', ...options } });
