// A server between the package and local-aws, which writes down what arrives, as it arrives.
import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** Headers that hosts add to every request on their own, and that no AWS service interprets. */
const OF_THE_HOST = /^(host|connection|content-length|transfer-encoding|accept|accept-language|accept-encoding|user-agent|origin|referer|priority|dnt|sec-.*|cf-.*|cache-control|pragma)$/;

/** Starts one in front of `endpoint`, until it is closed. */
export async function startRecorder(endpoint) {
  const { hostname, port } = new URL(endpoint);
  const arrived = [];
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    if (method !== 'OPTIONS') arrived.push({ method, url, headers });
    // With the Host that was signed.
    const onward = request({ hostname, port, method, path: url, headers }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    arrived,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The requests that arrived with a header that a service interprets and the package, which sent `sent`, did not ask for. */
export function added(arrived, sent) {
  const wrong = [];
  const waiting = [...sent];
  for (const { method, url, headers } of arrived) {
    const isThis = (each) => each.method === method && new URL(each.url).pathname + new URL(each.url).search === url;
    const [mine] = waiting.splice(waiting.findIndex(isThis) >>> 0, 1);
    if (mine === undefined) wrong.push(`${method} ${url} was not sent by the package`);
    const isWrite = method !== 'GET' && method !== 'HEAD';
    const names = Object.keys(headers).filter((name) => !mine?.names.includes(name));
    // Reads may say that they want no cache's answer; a write's `cache-control` would be stored.
    const interpreted = names.filter((name) => !OF_THE_HOST.test(name) || (isWrite && /^(cache-control|pragma)$/.test(name)));
    wrong.push(...interpreted.map((name) => `${method} ${url}: ${name}`));
  }
  return wrong;
}
