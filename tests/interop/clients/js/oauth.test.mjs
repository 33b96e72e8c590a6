// oauth4webapi, openid-client and oidc-client-ts sign in at the user pool's domain, and find no fault with it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { InMemoryWebStorage, OidcClient, WebStorageStateStore } from 'oidc-client-ts';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

import { config } from './aws.mjs';
import { REDIRECT_URI, ada, asGrace, browse, openIdConfiguration, withPassword } from './browser.mjs';

const { clientId, domain } = config.userPool;
const SCOPES = 'openid email profile';

// Without TLS.
const insecure = { [oauth.allowInsecureRequests]: true };

describe('oauth4webapi', () => {
  const client = { client_id: clientId };

  const begin = async (changes = {}) => {
    const server = await openIdConfiguration();
    const verifier = oauth.generateRandomCodeVerifier();
    const attempt = { server, verifier, state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() };
    attempt.url = new URL(server.authorization_endpoint);
    const parameters = {
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: SCOPES,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: attempt.state,
      nonce: attempt.nonce,
      ...changes,
    };
    for (const [name, value] of Object.entries(parameters)) attempt.url.searchParams.set(name, value);
    return attempt;
  };

  const exchange = async ({ server, verifier, nonce }, answer) => {
    const response = await oauth.authorizationCodeGrantRequest(
      server, client, oauth.None(), answer, REDIRECT_URI, verifier, insecure,
    );
    const expectations = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, expectations);
    await oauth.validateApplicationLevelSignature(server, response, insecure);
    return tokens;
  };

  test('signs in, reads the user, refreshes and revokes', async () => {
    const attempt = await begin();
    const { server } = attempt;
    const answer = oauth.validateAuthResponse(server, client, await browse(attempt.url, withPassword), attempt.state);
    const tokens = await exchange(attempt, answer);
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    assert.equal(claims['cognito:username'], ada.username);

    const userInfo = await oauth.userInfoRequest(server, client, tokens.access_token, insecure);
    const user = await oauth.processUserInfoResponse(server, client, claims.sub, userInfo);
    assert.equal(user.email, `${ada.username}@example.com`);

    const refresh = async () => {
      const { refresh_token: token } = tokens;
      const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, insecure);
      return oauth.processRefreshTokenResponse(server, client, response);
    };
    assert.equal(oauth.getValidatedIdTokenClaims(await refresh()).sub, claims.sub);

    const revoked = await oauth.revocationRequest(server, client, oauth.None(), tokens.refresh_token, insecure);
    await oauth.processRevocationResponse(revoked);
    await assert.rejects(refresh(), { error: 'invalid_grant' });
  });

  test('signs in by an identity provider', async () => {
    const attempt = await begin({ identity_provider: 'Google' });
    const answer = oauth.validateAuthResponse(attempt.server, client, await browse(attempt.url, asGrace), attempt.state);
    const [identity] = oauth.getValidatedIdTokenClaims(await exchange(attempt, answer)).identities;
    assert.equal(identity.providerName, 'Google');
  });

  test('an answer with another state is refused', async () => {
    const attempt = await begin();
    const answer = await browse(attempt.url, withPassword);
    assert.throws(() => oauth.validateAuthResponse(attempt.server, client, answer, 'another'), /state/);
  });

  test('a code is exchanged once', async () => {
    const attempt = await begin();
    const answer = oauth.validateAuthResponse(attempt.server, client, await browse(attempt.url, withPassword), attempt.state);
    await exchange(attempt, answer);
    await assert.rejects(exchange(attempt, answer), { error: 'invalid_grant' });
  });

  test('a code with another verifier is refused', async () => {
    const attempt = await begin();
    const answer = oauth.validateAuthResponse(attempt.server, client, await browse(attempt.url, withPassword), attempt.state);
    const other = { ...attempt, verifier: oauth.generateRandomCodeVerifier() };
    await assert.rejects(exchange(other, answer), { error: 'invalid_grant' });
  });

  test('an ID token with another nonce is refused', async () => {
    const attempt = await begin();
    const answer = oauth.validateAuthResponse(attempt.server, client, await browse(attempt.url, withPassword), attempt.state);
    await assert.rejects(exchange({ ...attempt, nonce: 'another' }, answer), /nonce/);
  });

  test('an unregistered redirect URI ends at the error page', async () => {
    const redirectUri = 'http://127.0.0.1:4001/callback';
    const { url } = await begin({ redirect_uri: redirectUri });
    const response = await fetch(url, { redirect: 'manual' });
    const location = new URL(response.headers.get('location'));
    assert.equal(`${location.origin}${location.pathname}`, `${domain}/error`);
    assert.equal(location.searchParams.get('error'), 'redirect_mismatch');
    await assert.rejects(browse(url, withPassword, { redirectUri }));
  });

  test('the plain method of PKCE is refused', async () => {
    const attempt = await begin({ code_challenge_method: 'plain' });
    const answer = await browse(attempt.url);
    const validate = () => oauth.validateAuthResponse(attempt.server, client, answer, attempt.state);
    assert.throws(validate, { error: 'invalid_request' });
  });
});

describe('openid-client', () => {
  test('a client with a secret signs in, refreshes and logs out', async () => {
    const { clientId: id, clientSecret } = config.demo.secretClient;
    const client = new openid.Configuration(
      await openIdConfiguration(), id, { client_secret: clientSecret }, openid.ClientSecretBasic(clientSecret),
    );
    openid.allowInsecureRequests(client);
    openid.enableNonRepudiationChecks(client);
    const verifier = openid.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier: verifier, expectedState: openid.randomState(), expectedNonce: openid.randomNonce() };
    const begin = async () =>
      openid.buildAuthorizationUrl(client, {
        redirect_uri: REDIRECT_URI,
        scope: SCOPES,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
      });
    const browser = 'openid-client';
    const answer = await browse(await begin(), withPassword, { browser });
    const tokens = await openid.authorizationCodeGrant(client, answer, checks);
    const { sub } = tokens.claims();
    assert.equal((await openid.fetchUserInfo(client, tokens.access_token, sub)).email, `${ada.username}@example.com`);
    assert.equal((await openid.refreshTokenGrant(client, tokens.refresh_token)).claims().sub, sub);

    // The browser still is signed in, until it logs out.
    const again = await browse(await begin(), [], { browser });
    assert.equal((await openid.authorizationCodeGrant(client, again, checks)).claims().sub, sub);
    const logout = openid.buildEndSessionUrl(client, { logout_uri: REDIRECT_URI });
    assert.equal((await browse(logout, [], { browser })).href, REDIRECT_URI);
    await assert.rejects(browse(await begin(), [], { browser }), /the script ended at/);
    await openid.tokenRevocation(client, tokens.refresh_token);
    await assert.rejects(openid.refreshTokenGrant(client, tokens.refresh_token), { error: 'invalid_grant' });
  });
});

describe('oidc-client-ts', () => {
  const newClient = async () =>
    new OidcClient({
      authority: domain,
      metadata: await openIdConfiguration(),
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      scope: SCOPES,
      loadUserInfo: true,
      stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    });

  test('signs in with a nonce, and refreshes', async () => {
    const client = await newClient();
    const request = await client.createSigninRequest({ nonce: 'some-nonce', state: { page: 'notes' } });
    const answer = await client.processSigninResponse((await browse(request.url, withPassword)).href);
    assert.deepEqual(answer.userState, { page: 'notes' });
    assert.equal(answer.profile['cognito:username'], ada.username);
    assert.equal(answer.profile.email, `${ada.username}@example.com`);
    const state = {
      refresh_token: answer.refresh_token, id_token: answer.id_token, session_state: null, scope: SCOPES, profile: answer.profile,
    };
    const refreshed = await client.useRefreshToken({ state });
    assert.notEqual(refreshed.access_token, answer.access_token);
  });

  test('an answer counts once, and only with a state of its own', async () => {
    const client = await newClient();
    const request = await client.createSigninRequest({});
    const answer = await browse(request.url, withPassword);
    const forged = new URL(answer);
    forged.searchParams.set('state', 'forged');
    await assert.rejects(client.processSigninResponse(forged.href), /No matching state/);
    await client.processSigninResponse(answer.href);
    await assert.rejects(client.processSigninResponse(answer.href), /No matching state/);
  });
});
