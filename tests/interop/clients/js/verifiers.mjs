// Three verifiers of the same tokens: aws-jwt-verify, poolpass/verify, and Rust's poolpass::verify in a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { AlbJwtVerifier, CognitoJwtVerifier } from 'aws-jwt-verify';
import { AlbJwksCache } from 'aws-jwt-verify/alb-cache';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';

const { AlbVerifier, UserPoolVerifier } = await import(process.env.POOLPASS_VERIFY);

// Serves documents by their paths, and keeps no program running.
export const serve = async (documents) => {
  const server = createServer((request, response) => {
    const document = documents[request.url];
    response.writeHead(document === undefined ? 404 : 200).end(document);
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
};

// The verdicts of the three, each `ok` or an error's name. A token is `{ from, token, tokenUse?, scopes?, anyGroup? }`.
export const verdicts = async (setting, tokens) => {
  const [awsJwtVerify, javascript, rust] = [ofAwsJwtVerify(setting), ofJavaScript(setting), await ofRust(setting, tokens)];
  const compared = [];
  for (const [index, token] of tokens.entries()) {
    const [aws, js] = [await awsJwtVerify(token), await javascript(token)];
    compared.push({ ...token, aws, js, rust: rust[index] });
  }
  return compared;
};

const ofAwsJwtVerify = ({ userPoolId, clientId, endpoint, loadBalancer, keysUrl }) => {
  // It fetches over HTTPS alone, and asks for AWS's own addresses.
  const fetcher = {
    fetch: async (uri) => {
      const { hostname, pathname } = new URL(uri);
      const answer = await fetch(hostname.startsWith('public-keys') ? `${keysUrl}${pathname}` : `${endpoint}${pathname}`);
      if (!answer.ok) throw new Error(`HTTP status ${answer.status}`);
      return answer.arrayBuffer();
    },
  };
  const userPool = CognitoJwtVerifier.create({ userPoolId }, { jwksCache: new SimpleJwksCache({ fetcher }) });
  const alb = AlbJwtVerifier.create(
    { albArn: loadBalancer, clientId, issuer: `https://cognito-idp.${userPoolId.split('_')[0]}.amazonaws.com/${userPoolId}` },
    { jwksCache: new AlbJwksCache({ fetcher }) },
  );
  return ({ from, token, tokenUse, scopes, anyGroup }) =>
    verdict(() =>
      from === 'loadBalancer'
        ? alb.verify(token)
        : userPool.verify(token, { clientId, tokenUse, scope: scopes ?? null, groups: anyGroup ?? null }),
    );
};

const ofJavaScript = ({ userPoolId, clientId, endpoint, loadBalancer, keysUrl }) => {
  const userPools = [{ id: userPoolId, clientIds: [clientId] }];
  const userPool = new UserPoolVerifier({ userPools, endpoint });
  const alb = new AlbVerifier({ loadBalancers: [loadBalancer], userPools, keysUrl });
  return ({ from, token, mutation, ...requirements }) =>
    verdict(() => (from === 'loadBalancer' ? alb.verify(token) : userPool.verify(token, requirements)));
};

const verdict = async (verify) => {
  try {
    await verify();
    return 'ok';
  } catch (error) {
    return error.kind ?? error.name;
  }
};

const ofRust = async (setting, tokens) => {
  const program = spawn(process.env.POOLPASS_VERIFY_PROGRAM, { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const lines = [setting, ...tokens.map(({ mutation, ...token }) => token)];
  program.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const [code] = await once(program, 'close');
  const verdicts = output.trim().split('\n');
  if (code !== 0 || verdicts.length !== tokens.length) throw new Error(`the program ended with ${code}: ${output.slice(-200)}`);
  return verdicts;
};
