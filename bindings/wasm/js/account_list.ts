import type { CallOptions } from './options.js';

/** The options of a list of the account. */
export interface AccountListOptions extends CallOptions {
  /** The maximum number of items in a page. Default: AWS's. A list whose size AWS chooses fails with kind `invalidInput`. */
  pageSize?: number | undefined;
  /** Continues after an earlier page, with that page's `nextToken`. */
  nextToken?: string | undefined;
}

/** A page of a list of the account. */
export interface AccountPage<T> {
  /** The items of the page. */
  readonly items: readonly T[];
  /** The token for the next page, as `nextToken`. Absent on the last page. */
  readonly nextToken?: string;
}

/** A list of the account, such as `Account.sessions`. `for await` gives the items of all pages, each page fetched when it is needed. */
export class AccountList<T> implements AsyncIterable<T> {
  private readonly fetch: (options: AccountListOptions) => Promise<AccountPage<T>>;
  private readonly options: AccountListOptions;

  /** @internal */
  constructor(fetch: (options: AccountListOptions) => Promise<AccountPage<T>>, options: AccountListOptions) {
    this.fetch = fetch;
    this.options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  /** All pages, each fetched when it is needed. */
  async *pages(): AsyncGenerator<AccountPage<T>, void, undefined> {
    let { nextToken } = this.options;
    do {
      const page: AccountPage<T> = await this.fetch({ ...this.options, nextToken });
      yield page;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  /** Fetches one page. */
  page(): Promise<AccountPage<T>> {
    return this.fetch(this.options);
  }
}
