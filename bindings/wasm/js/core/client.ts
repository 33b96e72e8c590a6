import { AnyClient } from '../client.js';
import type { AnyConfig, ClientOptions } from '../client_options.js';
import { opened, type Parts } from '../opened.js';
import { Client as Inner } from '../poolpass_core_wasm.js';
import { init } from './module.js';

/**
 * Signs a person in and makes signed requests as that person, without the S3 and DynamoDB of `poolpass`.
 *
 * ```ts
 * const client = await Client.create(await (await fetch('/poolpass.json')).json());
 * const step = await client.signIn('ada', password);
 * if (step.kind === 'done') await client.api().request('/notes');
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
}
