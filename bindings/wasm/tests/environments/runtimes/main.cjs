const { Client } = require('poolpass');

async function main() {
  const { default: config } = await import('./config.js');
  const { told } = await import('./story.js');
  console.log(await told(Client, config));
}
main();
