import { cancelled, PoolpassError } from './errors.js';
import type { CallOptions } from './options.js';
import { bufferBytes, isA, tagOf, viewed } from './realms.js';

/** Content to write. Text is sent as UTF-8. */
export type BytesLike = string | ArrayBufferLike | ArrayBufferView | Blob;

/** Bytes in a buffer of their own: compilers before TypeScript 5.7 cannot say so. */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>;

/** The bytes of what an app gives, in memory. */
export async function bytesOf(body: BytesLike): Promise<Uint8Array> {
  if (!isBlob(body)) return inMemory(body);
  try {
    return new Uint8Array(await realBlob(body).arrayBuffer());
  } catch (cause) {
    if (cause instanceof PoolpassError) throw cause;
    // Such as a file that has changed since it was chosen.
    throw new PoolpassError('invalidInput', `the Blob cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** The source of an upload: bytes, or else the `Blob` or stream itself. */
export function uploadSource(body: BytesLike | ReadableStream<Uint8Array>): Uint8Array | Blob | ReadableStream {
  if (isBlob(body)) return realBlob(body);
  return isA<ReadableStream>(body, 'ReadableStream') ? ownStream(body) : inMemory(body);
}

/** The media type that a `Blob` or `File` names. */
export function mediaTypeOf(body: unknown): string | undefined {
  return isBlob(body) ? realBlob(body).type || undefined : undefined;
}

function inMemory(body: Exclude<BytesLike, Blob>): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  const bytes = ArrayBuffer.isView(body) ? viewed(body) : bufferBytes(body);
  if (bytes === undefined) throw refused(body);
  return bytes;
}

function refused(body: unknown): PoolpassError {
  const given = ArrayBuffer.isView(body) || isA(body, 'ArrayBuffer') ? 'a buffer that was transferred elsewhere' : tagOf(body);
  const advice = isA(body, 'ReadableStream') ? ', which only the upload of an S3 object takes' : '';
  const message = `the body is neither a string nor an ArrayBuffer, a view of one, a Blob or a File: it is ${given}${advice}`;
  return new PoolpassError('invalidInput', message);
}

/** The same `Blob`, unless it only says that it is one. */
function realBlob(body: Blob): Blob {
  try {
    // Behind a `Proxy` it does not tell its size.
    if (typeof body.slice === 'function' && typeof body.arrayBuffer === 'function' && body.size >= 0) return body;
  } catch {
    // It is refused below.
  }
  throw refused(body);
}

/** The same stream as one of this realm, by which the module reads it; it may also be a library's. */
function ownStream(body: ReadableStream<Uint8Array>): ReadableStream {
  if ((body as unknown) instanceof ReadableStream) return body;
  let reader: ReadableStreamDefaultReader<Uint8Array>;
  try {
    reader = body.getReader();
  } catch {
    throw new PoolpassError('invalidInput', 'the ReadableStream is being read by somebody else');
  }
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(inMemory(value));
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function isBlob(value: unknown): value is Blob {
  return isA(value, 'Blob', 'File');
}

/** Pieces as the WebAssembly module hands them out. */
export interface Pieces {
  next(options: CallOptions): Promise<Uint8Array | undefined>;
  cancel(): void;
}

/** A stream that reads each piece when it is wanted. `signal` stops it, also while nobody reads. */
export function streamOf(
  pieces: Pieces,
  signal?: AbortSignal,
  onPiece?: (length: number) => void,
): ReadableStream<OwnBytes> {
  const stopping = new AbortController();
  let onAbort = (): void => {};
  const end = (): void => signal?.removeEventListener('abort', onAbort);
  const stop = (reason?: unknown): void => {
    end();
    // The piece that is being waited for, and all that would follow.
    stopping.abort(reason);
    pieces.cancel();
  };
  return new ReadableStream(
    {
      start(controller) {
        onAbort = () => {
          controller.error(cancelled(signal?.reason));
          stop(signal?.reason);
        };
        if (signal?.aborted) onAbort();
        else signal?.addEventListener('abort', onAbort);
      },
      async pull(controller) {
        let piece: OwnBytes | undefined;
        try {
          piece = (await pieces.next({ signal: stopping.signal })) as typeof piece;
        } catch (error) {
          stop();
          throw error;
        }
        // A reader that was stopped meanwhile does not get the piece.
        if (stopping.signal.aborted) return;
        if (piece === undefined) {
          end();
          controller.close();
        } else {
          onPiece?.(piece.length);
          controller.enqueue(piece);
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}

/**
 * A listener whose errors are reported as those of an event's listener are, and never end what it listens to. `name` is what the app
 * calls it.
 */
export function reporting<T>(name: string, listener: (value: T) => void): (value: T) => void {
  if (typeof listener !== 'function') throw new PoolpassError('invalidInput', `${name} is not a function`);
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
