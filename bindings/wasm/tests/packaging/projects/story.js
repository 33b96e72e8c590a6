// The steps that every project takes with the package, whichever tool bundled it.
export async function story(Client, config) {
  const client = await Client.create(config);
  const [person] = config.demo.users;
  const step = await client.signIn(person.username, person.password);
  if (step.kind !== 'done') throw new Error(`unexpected challenge ${step.name}`);
  const { username } = step.user;
  if (client.bucket === undefined) return `${username} asks: ${(await client.api().request('/notes')).status}`;
  const bucket = client.bucket();
  const key = await bucket.privatePath('packaging.txt');
  await bucket.put(key, 'kept');
  return `${username} reads: ${await (await bucket.get(key)).text()}`;
}

/** Shows how the story ended, as a page. */
export async function show(story) {
  const output = document.querySelector('output');
  output.textContent = await story.catch((error) => `${error.kind}: ${error.message} ${error.cause ?? ''}`);
}

/** The configuration that lies beside the page. */
export async function config() {
  return (await fetch('poolpass.json')).json();
}
