// `poolpass/verify` in a page, with the browser's own WebCrypto.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { NAME } from './browser.mjs';
import { open, signIn, Suite } from './suite.mjs';

describe(`verified tokens in ${NAME}`, () => {
  const suite = new Suite();

  suite.test('a good token says who has it, and a bad one why it is refused', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    const paths = [];
    await open(tab, config);
    await signIn(tab, ada);
    tab.on('request', (request) => paths.push(new URL(request.url()).pathname));
    const { outcomes, printed } = await tab.evaluate(async (config) => {
      const { UserPoolVerifier } = await import('/poolpass/verify.js');
      const [access, id] = [(await client.accessToken()).jwt, (await client.idToken()).jwt];
      const verifierOf = (clientId) =>
        new UserPoolVerifier({
          userPools: [{ id: config.userPool.id, clientIds: [clientId] }],
          endpoint: config.endpoints.cognitoIdp,
        });
      const verifier = verifierOf(config.userPool.clientId);
      const outcomes = [];
      for (const [by, jwt, tokenUse] of [
        [verifier, access, 'access'],
        [verifier, id, 'id'],
        [verifier, id, 'access'],
        [verifier, `${access.slice(0, -8)}AAAAAAAA`, 'access'],
        [verifierOf('another1example'), access, 'access'],
      ]) {
        outcomes.push(await by.verify(jwt, { tokenUse }).then((token) => token.username, (error) => error.kind ?? String(error)));
      }
      const printed = JSON.stringify(await verifier.verify(access, { tokenUse: 'access' })).includes(access);
      return { outcomes, printed };
    }, config);
    assert.deepEqual(outcomes, [ada.username, ada.username, 'tokenUse', 'signature', 'clientId']);
    assert.equal(printed, false);
    // It is small because it loads no module; each verifier fetches the keys once.
    assert.deepEqual(paths.filter((path) => path.endsWith('.wasm')), []);
    assert.equal(paths.filter((path) => path.endsWith('/jwks.json')).length, 2);
  }, { only: 'chromium' });
});
