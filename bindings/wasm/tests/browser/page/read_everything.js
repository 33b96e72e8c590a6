// Reads what an injected script can read: everything that any storage of the origin holds, and every key that can
// be exported. Returns all of it as one text, with bytes as text in each form that would give a secret away.

export async function readEverything() {
  const found = [];
  const add = (where, value) => found.push(`${where}: ${value}`);
  for (const name of ['localStorage', 'sessionStorage']) {
    for (const [key, value] of Object.entries(globalThis[name])) add(`${name} ${key}`, value);
  }
  add('cookie', document.cookie);
  add('window.name', globalThis.name);
  add('history', `${location.href} ${JSON.stringify(history.state)}`);
  for (const { name } of await indexedDB.databases()) await readDatabase(name, add);
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      add(`cache ${request.url}`, await (await cache.match(request)).text());
    }
  }
  // WebKitGTK has no such files.
  const root = await navigator.storage?.getDirectory();
  for await (const [name, file] of root?.entries() ?? []) add(`file ${name}`, file.kind === 'file' ? await (await file.getFile()).text() : '');
  for (const entry of performance.getEntries()) add('performance', JSON.stringify(entry));
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (typeof globalThis[name] === 'string') add(`global ${name}`, globalThis[name]);
  }
  add('document', document.documentElement.outerHTML);
  return found.join('\n');
}

async function readDatabase(name, add) {
  const database = await settled(indexedDB.open(name));
  for (const store of database.objectStoreNames) {
    const objects = database.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([settled(objects.getAllKeys()), settled(objects.getAll())]);
    for (const [index, value] of values.entries()) await readValue(`${name}/${store}/${String(keys[index])}`, value, add);
  }
  database.close();
}

async function readValue(where, value, add) {
  if (value instanceof CryptoKey) {
    for (const format of ['raw', 'jwk']) {
      const exported = await crypto.subtle.exportKey(format, value).catch((error) => error.name);
      add(`${where} as ${format}`, exported instanceof ArrayBuffer ? texts(exported) : JSON.stringify(exported));
    }
  } else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    add(where, texts(value));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) await readValue(`${where}.${name}`, member, add);
  } else {
    add(where, value);
  }
}

function texts(value) {
  const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
  const binary = String.fromCharCode(...bytes);
  return [new TextDecoder().decode(bytes), new TextDecoder('utf-16le').decode(bytes), binary, btoa(binary)].join('\n');
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
