import type { DataClientHandle } from './calls.js';
import { AnyClient } from './client.js';
import type { AnyConfig, ClientOptions } from './client_options.js';
import { type Item, type ReadOptions, Table, type TransactGet, type TransactWrite, transactGet, transactWrite } from './dynamodb.js';
import { init } from './module.js';
import { opened, type Parts } from './opened.js';
import { type CallOptions, given } from './options.js';
import { Client as Inner } from './poolpass_wasm.js';
import { Bucket } from './s3.js';

/**
 * Signs a person in and makes AWS requests as that person.
 *
 * ```ts
 * const client = await Client.create(await (await fetch('/poolpass.json')).json());
 * const step = await client.signIn('ada', password);
 * if (step.kind === 'done') await client.bucket().put('hello.txt', 'Hello!');
 * ```
 */
export class Client extends AnyClient {
  private constructor(parts: Parts) {
    super(parts);
  }

  /**
   * Makes a client. Nothing is sent. `config` is a `poolpass.json`, an `amplify_outputs.json` or a configuration of an older
   * Amplify project, as an object or as text.
   *
   * Rejects with kind `invalidConfig` when it is neither.
   */
  static async create(config: AnyConfig, options: ClientOptions = {}): Promise<Client> {
    await init();
    return new Client(opened(Inner, config, options));
  }

  /** An S3 bucket. Default: the configuration's, in its region. */
  bucket(name?: string, options: { region?: string | undefined } = {}): Bucket {
    const handle = this.whole();
    return new Bucket(handle.beside(handle.inner.bucket(name, given(options).region)));
  }

  /** A DynamoDB table by its name or ARN. Default: the configuration's. */
  table(name?: string): Table {
    const handle = this.whole();
    return new Table(handle.beside(handle.inner.table(name)));
  }

  /** Reads up to 100 items of one or more tables at one moment (TransactGetItems), in the order asked for. */
  transactGet<T = Item>(
    gets: readonly TransactGet[],
    options: Pick<ReadOptions, 'exactDecimals' | 'signal'> = {},
  ): Promise<(T | undefined)[]> {
    return transactGet(this.whole(), gets, options);
  }

  /** Writes up to 100 items of one or more tables, all or none (TransactWriteItems). */
  transactWrite(writes: readonly TransactWrite[], options: CallOptions & { clientRequestToken?: string | undefined } = {}): Promise<void> {
    return transactWrite(this.whole(), writes, options);
  }

  /** The handle, whose module has S3 and DynamoDB. */
  private whole(): DataClientHandle {
    return this.inner() as DataClientHandle;
  }
}
