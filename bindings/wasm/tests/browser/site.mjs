// A static server without any tool in between: what the page of an app without a bundler is served from.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { locate } from '../player/package.mjs';
import { act } from './backend.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The folders that are served, by the first part of the path. */
const FOLDERS = {
  poolpass: dirname(locate('poolpass')),
  player: join(HERE, '../player'),
  page: join(HERE, 'page'),
  otpauth: join(HERE, '../../node_modules/otpauth/dist'),
};

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** How a page without a bundler finds packages. */
const IMPORTS = {
  poolpass: '/poolpass/index.js',
  'poolpass/slim': '/poolpass/slim.js',
  otpauth: '/otpauth/otpauth.esm.min.js',
};

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>poolpass</title>
<script type="importmap" nonce="page">${JSON.stringify({ imports: IMPORTS })}</script>
`;

/** As strict as the package's README says that it may be, and isolated from other origins. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'nonce-page' 'wasm-unsafe-eval'; connect-src *; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'service-worker-allowed': '/',
};

/** The same page, which is not isolated from the windows that it opens. */
const WITH_POPUPS = { 'content-security-policy': HEADERS['content-security-policy'] };

/** A page that is of no origin, as in a sandboxed frame: it can store nothing, and its scripts come from elsewhere. */
const SANDBOXED = { 'content-security-policy': 'sandbox allow-scripts' };

/** The headers of each page. */
const PAGES = { '/': HEADERS, '/with-popups': WITH_POPUPS, '/sandboxed': SANDBOXED };

/** Serves the page, the package and other folders until it is closed. */
export async function serveSite(others) {
  const folders = { ...FOLDERS, ...others };
  const backends = new Map();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    const done = pathname === '/backend' ? control(request, backends, response) : answer(pathname, folders, response);
    done.catch((error) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${server.address().port}`,
    /** The endpoints on which its pages may act. */
    backends,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function control(request, backends, response) {
  const asked = JSON.parse(await text(request));
  response.writeHead(200, { 'content-type': 'application/json' }).end(await act(backends, asked));
}

async function answer(pathname, folders, response) {
  if (Object.hasOwn(PAGES, pathname)) {
    response.writeHead(200, { 'content-type': 'text/html', ...PAGES[pathname] }).end(PAGE);
    return;
  }
  const file = fileOf(pathname, folders);
  const found = file && (await stat(file).catch(() => undefined));
  if (!found?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const readable = { 'access-control-allow-origin': '*' };
  response.writeHead(200, { 'content-type': type, 'content-length': found.size, ...readable, ...HEADERS });
  createReadStream(file).pipe(response);
}

function fileOf(pathname, folders) {
  const [, folder, ...rest] = normalize(decodeURIComponent(pathname)).split(sep);
  return Object.hasOwn(folders, folder) ? join(folders[folder], ...rest) : undefined;
}
