// A page behind a load balancer that signs people in (ALB, action authenticate-cognito).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe } from 'node:test';

import { NAME } from './browser.mjs';
import { Suite } from './suite.mjs';

const DAY = 24 * 3600;
const LOAD_BALANCER = '/_alb/web';

describe(`a load balancer's session in ${NAME}`, () => {
  let site;
  const suite = new Suite(async (_, origin) => {
    site = origin;
  });

  suite.test('its end is told apart from a broken network, and logging out ends at the sign-in page', async (person, backend) => {
    const { config } = backend;
    const [ada] = config.demo.users;
    const app = await serveApp();
    try {
      const url = await loadBalancer(backend, app);
      app.logoutUrl = logoutUrl(config, `${url}/page`);
      const tab = await person.newTab();
      await tab.goto(`${url}/page`);
      await enter(tab, ada);
      await tab.waitForURL(`${url}/page`);
      await tab.evaluate(
        async ([site, config]) => {
          const { Client } = await import(`${site}/poolpass/index.js`);
          globalThis.client = await Client.create(config);
          globalThis.get = async () => {
            try {
              const answer = await client.api().request('/data', { authorization: 'loadBalancerSession' });
              return await answer.json();
            } catch (error) {
              return error.kind;
            }
          };
        },
        [site, { ...config, api: { url } }],
      );
      const get = () => tab.evaluate(() => get());
      const { sub } = await get();
      assert.match(sub, /^[0-9a-f-]{36}$/);

      await backend.setClock(8 * DAY);
      assert.equal(await get(), 'loadBalancerSessionEnded');
      await backend.setClock(0);
      await person.context.setOffline(true);
      assert.equal(await get(), 'network');
      await person.context.setOffline(false);
      assert.deepEqual(await get(), { sub });
      // As the app would without the SDK: both look the same.
      await backend.setClock(8 * DAY);
      const plain = await tab.evaluate(() => fetch('data', { redirect: 'error' }).catch((error) => error.name));
      assert.equal(plain, 'TypeError');
      await backend.setClock(0);

      await tab.goto(`${url}/logout`);
      await tab.waitForURL(/\/_domain\/.*login/);
      assert.ok(await tab.getByLabel(/user ?name/i).isVisible());
      const left = await person.context.cookies(`${url}/page`);
      assert.deepEqual(left.filter(({ name }) => name.startsWith('AWSELBAuthSessionCookie')), []);
    } finally {
      app.close();
    }
  }, { only: 'chromium' });
});

/** Everything behind `/_alb/web` is for people who have signed in. */
async function loadBalancer(backend, app) {
  const { clientId } = backend.config.demo.secretClient;
  const url = await backend.createLoadBalancer('web', clientId, new URL(app.url).port);
  assert.equal(new URL(url).pathname, LOAD_BALANCER);
  await backend.addCallbackUrls([`${url}/oauth2/idpresponse`, `${url}/page`], clientId);
  return url;
}

/** Where the user pool ends the browser's own session with it. */
function logoutUrl(config, logoutUri) {
  const query = new URLSearchParams({ client_id: config.demo.secretClient.clientId, logout_uri: logoutUri });
  return `${config.userPool.domain}/logout?${query}`;
}

/** The app's server, which knows people by the load balancer's header. */
async function serveApp() {
  const app = { close: () => server.close() };
  const server = createServer((request, response) => {
    if (request.url === '/page') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>app</title>');
    } else if (request.url === '/data') {
      const sub = request.headers['x-amzn-oidc-identity'];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sub }));
    } else if (request.url === '/logout') {
      const shards = [0, 1, 2, 3].map((shard) => `AWSELBAuthSessionCookie-${shard}=; Max-Age=0; Path=${LOAD_BALANCER}`);
      response.writeHead(302, { 'set-cookie': shards, location: app.logoutUrl }).end();
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  app.url = `http://127.0.0.1:${server.address().port}`;
  return app;
}

async function enter(tab, { username, password }) {
  await tab.getByLabel(/user ?name/i).fill(username);
  await tab.getByRole('button', { name: 'Next' }).click();
  await tab.getByLabel('Password', { exact: true }).fill(password);
  await tab.getByRole('button', { name: 'Sign in' }).click();
}
