// Compiles without the DOM library, and where a property that may be absent may not be undefined: exactOptionalPropertyTypes.
import { type CallOptions, Client, type ClientOptions, type Config, PoolpassError } from 'poolpass';
import wasm from 'poolpass/poolpass.wasm';
import { init } from 'poolpass/slim';
import { AlbVerifier, expiredAlbCookies, type Requirements, UserPoolVerifier, VerifyError } from 'poolpass/verify';

export async function main(config: Config, signal: CallOptions['signal'], text: string | undefined): Promise<string> {
  await init(wasm);
  const options: ClientOptions = { store: undefined, maxAttempts: undefined };
  const client = await Client.create({ ...config, region: text }, options);
  const step = await client.signIn('ada', 'correct horse', { signal, flow: undefined, clientMetadata: undefined });
  if (step.kind === 'softwareTokenMfa') await step.answer('123456', { signal });
  try {
    await client.bucket().put('key', 'text', { contentType: text, signal });
    await client.table().get({ pk: 'a' }, { consistentRead: undefined, signal });
    await client.api(undefined).request('/notes', { method: text, headers: undefined, body: undefined, signal });
  } catch (error) {
    if (error instanceof PoolpassError) return error.kind;
  }
  return (await client.idToken({ signal })).jwt;
}

export async function server(jwt: string, header: string | null): Promise<string[]> {
  const userPools = [{ id: 'eu-west-1_AbCdEfGhI', clientIds: ['a'] }];
  const verifier = new UserPoolVerifier({ userPools, endpoint: undefined, leeway: 5 });
  const requirements: Requirements = { tokenUse: 'access', scopes: undefined };
  try {
    const token = await verifier.verify(jwt, requirements);
    return [token.jwt, token.username ?? '', ...token.groups];
  } catch (error) {
    if (error instanceof VerifyError && error.kind === 'expired') return [];
  }
  // @ts-expect-error a token use is id or access
  await verifier.verify(jwt, { tokenUse: 'refresh' });
  await new AlbVerifier({ loadBalancers: ['x'], userPools }).verify(header);
  return expiredAlbCookies();
}
