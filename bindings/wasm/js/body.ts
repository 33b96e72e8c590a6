import type { CallOptions } from './options.js';

/** What can be written: text is sent as UTF-8. */
export type BytesLike = string | ArrayBuffer | ArrayBufferView | Blob;

/** The bytes of what an app gives, in memory. */
export async function bytesOf(body: BytesLike): Promise<Uint8Array> {
  return body instanceof Blob ? new Uint8Array(await body.arrayBuffer()) : inMemory(body);
}

/** What an upload reads from: bytes, or else the `Blob` or stream itself. */
export function uploadSource(body: BytesLike | ReadableStream<Uint8Array>): Uint8Array | Blob | ReadableStream {
  return body instanceof Blob || body instanceof ReadableStream ? body : inMemory(body);
}

function inMemory(body: Exclude<BytesLike, Blob>): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return new Uint8Array(body);
}

/** Pieces as the WebAssembly module hands them out. */
export interface Pieces {
  next(options: CallOptions): Promise<Uint8Array | undefined>;
  cancel(): void;
}

/** A stream that reads each piece when it is wanted. */
export function streamOf(
  pieces: Pieces,
  signal?: AbortSignal,
  onPiece?: (length: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = (await pieces.next({ signal })) as Uint8Array<ArrayBuffer> | undefined;
        if (piece === undefined) {
          controller.close();
        } else {
          onPiece?.(piece.length);
          controller.enqueue(piece);
        }
      },
      cancel() {
        pieces.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A listener whose errors are reported as those of an event's listener are, and never end what it listens to. */
export function reporting<T>(listener: ((value: T) => void) | undefined): ((value: T) => void) | undefined {
  if (listener === undefined) return undefined;
  return (value) => {
    try {
      listener(value);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}
