// The steps that every environment takes with the package.
export const TOLD = 'ada reads: kept';

export async function story(Client, config) {
  const client = await Client.create(config, { store: 'memory' });
  const [{ username, password }] = config.demo.users;
  const step = await client.signIn(username, password);
  if (step.kind !== 'done') throw new Error(`unexpected challenge ${step.name}`);
  const bucket = client.bucket();
  const key = await bucket.privatePath('environment.txt');
  await bucket.put(key, 'kept');
  return `${step.user.username} reads: ${await (await bucket.get(key)).text()}`;
}

/** How the story ended, also where it failed. */
export async function told(Client, config) {
  return story(Client, config).catch((error) => `${error.kind}: ${error.message} ${error.cause ?? error.stack}`);
}
