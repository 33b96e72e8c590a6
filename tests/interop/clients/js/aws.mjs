// The AWS that the tests run against, as its `poolpass.json` describes it, and what its administrator does.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { AwsClient } from 'aws4fetch';

export const config = JSON.parse(readFileSync(process.env.POOLPASS_BACKEND_CONFIG, 'utf8'));
export const endpoint = config.endpoints.cognitoIdp.replace(/\/$/, '');

// The code that AWS would have sent there last.
export const deliveredCode = async (address) => {
  const answer = await fetch(`${endpoint}/_local/messages?${new URLSearchParams({ to: address })}`);
  return (await answer.json()).at(-1).code;
};

const root = new AwsClient({
  accessKeyId: 'test',
  secretAccessKey: 'test',
  service: 'cognito-idp',
  region: config.region,
  retries: 0,
});

// Calls an operation as the account's root user.
export const admin = async (operation, input) => {
  const answer = await root.fetch(`${endpoint}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  assert.ok(answer.ok, `${operation}: ${await answer.clone().text()}`);
  return answer.json();
};

// A user pool with these settings, and an app client without a secret.
export const newPool = async (settings, flows = ['ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']) => {
  const created = await admin('CreateUserPool', { PoolName: `interop-${randomUUID()}`, ...settings });
  const UserPoolId = created.UserPool.Id;
  const client = await admin('CreateUserPoolClient', { UserPoolId, ClientName: 'interop', ExplicitAuthFlows: flows });
  return { UserPoolId, ClientId: client.UserPoolClient.ClientId };
};

export const newUserIn = async ({ UserPoolId }, attributes = {}) => {
  const name = `interop-${randomUUID()}`;
  const user = { name, password: 'Correct-horse-7-bättery' };
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  await admin('AdminCreateUser', { UserPoolId, Username: name, MessageAction: 'SUPPRESS', UserAttributes });
  await admin('AdminSetUserPassword', { UserPoolId, Username: name, Password: user.password, Permanent: true });
  return user;
};

// Gives a user pool a sign-in with questions, and hooks.
export const setTriggers = async (script) => {
  const answer = await fetch(`${endpoint}/_local/triggers`, { method: 'POST', body: JSON.stringify(script) });
  assert.ok(answer.ok, await answer.text());
};
