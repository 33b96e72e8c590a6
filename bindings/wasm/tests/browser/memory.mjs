// How much memory a page's own JavaScript and WebAssembly take: the sum of a heap snapshot, as DevTools shows it. It contains
// JavaScript's objects, what ArrayBuffers hold, and the module's memory and code, without what is garbage by then. The module's
// memory never shrinks, so what it has is the most that it ever had. A Blob's content is no part of it: the browser keeps it,
// as it keeps files.

export class MemoryWatch {
  #devtools;
  #running = Promise.resolve();
  /** Bytes. */
  samples = [];

  /** Begins to watch a tab; `sampleMemory()` in it takes another sample. */
  static async start(tab) {
    const watch = new MemoryWatch();
    watch.#devtools = await tab.context().newCDPSession(tab);
    await tab.exposeFunction('sampleMemory', () => watch.sample());
    await watch.sample();
    return watch;
  }

  /** Takes a sample after those that are being taken. */
  sample() {
    this.#running = this.#running.then(async () => {
      const chunks = [];
      const collect = ({ chunk }) => chunks.push(chunk);
      this.#devtools.on('HeapProfiler.addHeapSnapshotChunk', collect);
      await this.#devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      this.#devtools.off('HeapProfiler.addHeapSnapshotChunk', collect);
      this.samples.push(sizeOf(JSON.parse(chunks.join(''))));
    });
    return this.#running;
  }

  /** By how many bytes the page grew at most since the first sample. */
  async growth() {
    await this.#running;
    const [first, ...later] = this.samples;
    return Math.max(...later) - first;
  }
}

function sizeOf({ snapshot, nodes }) {
  const fields = snapshot.meta.node_fields;
  let size = 0;
  for (let at = fields.indexOf('self_size'); at < nodes.length; at += fields.length) size += nodes[at];
  return size;
}
