import type { Item } from './dynamodb.js';

/**
 * The kind of an error, which says what the app can do about it. The kinds are the same in every language of Poolpass.
 *
 * - `invalidConfig`, `invalidInput`: a mistake of the app. Nothing was sent.
 * - `notAuthorized`, `userNotFound`, `userNotConfirmed`, `passwordResetRequired`, `usernameExists`, `aliasExists`,
 *   `invalidPassword`, `codeMismatch`, `codeExpired`, `tooManyAttempts`, `challengeExpired`, `invalidRedirect`,
 *   `codeDeliveryFailed`, `mfaNotSetUp`, `triggerRejected`, `missingScope`: the user pool rejected the request. The person can do something about it.
 * - `operationNotEnabled`, `featureUnavailableInTier`: the user pool's settings, region or feature plan do not offer this.
 * - `signedOut`, `sessionEnded`: show the sign-in page.
 * - `insufficientUserAuthentication`: the API requires a stronger or more recent authentication. Start a step-up to what `stepUp` names.
 * - `loadBalancerSessionEnded`: the session of the load balancer in front of the app is over. Load the page again.
 * - `loginExpired`: a third party's login has no valid token any more. Have the person sign in with it again, or remove the login.
 * - `accessDenied`, `credentialsExpired`, `signatureRefused`, `notFound`, `conditionFailed`, `conflict`, `notModified`: AWS
 *   rejected the request.
 * - `throttled`, `unavailable`, `network`, `timeout`: these are transient; try again later. The session is kept.
 * - `cancelled`: the app aborted the call's `AbortSignal`, or the person said no.
 * - `store`, `platform`: the browser lacks or refuses a feature.
 * - `invalidResponse`: the answer is not one that AWS documents, such as a proxy's error page.
 * - `aws`: see `awsCode`.
 */
export type ErrorKind =
  | 'invalidConfig'
  | 'invalidInput'
  | 'notAuthorized'
  | 'userNotFound'
  | 'userNotConfirmed'
  | 'passwordResetRequired'
  | 'usernameExists'
  | 'aliasExists'
  | 'invalidPassword'
  | 'codeMismatch'
  | 'codeExpired'
  | 'tooManyAttempts'
  | 'challengeExpired'
  | 'invalidRedirect'
  | 'codeDeliveryFailed'
  | 'mfaNotSetUp'
  | 'triggerRejected'
  | 'missingScope'
  | 'operationNotEnabled'
  | 'featureUnavailableInTier'
  | 'signedOut'
  | 'sessionEnded'
  | 'loginExpired'
  | 'accessDenied'
  | 'insufficientUserAuthentication'
  | 'loadBalancerSessionEnded'
  | 'credentialsExpired'
  | 'signatureRefused'
  | 'notFound'
  | 'conditionFailed'
  | 'conflict'
  | 'notModified'
  | 'throttled'
  | 'unavailable'
  | 'network'
  | 'timeout'
  | 'cancelled'
  | 'store'
  | 'platform'
  | 'invalidResponse'
  | 'aws';

/** The reason for which DynamoDB cancelled a transaction, for one of its items. */
export interface CancellationReason {
  /** DynamoDB's code, such as `ConditionalCheckFailed` or `TransactionConflict`. Absent if this item was not the reason. */
  readonly code?: string | undefined;
  /** DynamoDB's message for people. */
  readonly message?: string | undefined;
  /** The item as it was when its condition did not hold, if `returnOldOnConditionCheckFailure` asked for it. Nothing prints it. */
  readonly item?: Item | undefined;
}

/** The authentication that an API requires for a request (RFC 9470), which a step-up can reach. */
export interface StepUpRequirement {
  /**
   * The authentication levels of which the API accepts each, the preferred one first, such as `urn:cognito:loa:3`. Empty if it asks for a
   * more recent authentication only.
   */
  readonly acrValues: readonly string[];
  /** How many seconds ago the person may have proved who they are. Absent: any time ago. */
  readonly maxAge?: number | undefined;
}

/** The kinds whose cause usually passes by itself. */
const TRANSIENT: readonly ErrorKind[] = ['throttled', 'unavailable', 'network', 'timeout'];

/** The details of an error. */
export interface PoolpassErrorDetails {
  awsCode?: string | undefined;
  requestId?: string | undefined;
  httpStatus?: number | undefined;
  operation?: string | undefined;
  retryUrl?: string | undefined;
  item?: Item | undefined;
  cancellationReasons?: readonly CancellationReason[] | undefined;
  stepUp?: StepUpRequirement | undefined;
  cause?: unknown;
}

/**
 * The error of every call.
 *
 * Decide by its `kind`. The message is for people and never contains a password, token, code, key or signed URL.
 *
 * ```ts
 * try {
 *   await client.signIn(username, password);
 * } catch (error) {
 *   if (error instanceof PoolpassError && error.kind === 'notAuthorized') {
 *     show('Wrong user name or password');
 *   } else {
 *     throw error;
 *   }
 * }
 * ```
 *
 * A worker can post it: what arrives is a plain object with the same members, but without its class, `isTransient`, `stack`,
 * `cause` and items.
 */
export class PoolpassError extends Error {
  declare readonly name: 'PoolpassError';
  /** The kind of the error: stable, and the same in every language. */
  declare readonly kind: ErrorKind;
  /** AWS's own code, such as `NotAuthorizedException`, if AWS rejected the request. */
  declare readonly awsCode: string | undefined;
  /** AWS's id of the rejected request, for AWS's support. */
  declare readonly requestId: string | undefined;
  /** The HTTP status of AWS's answer, if there was one. */
  declare readonly httpStatus: number | undefined;
  /** The AWS operation that failed, such as `InitiateAuth`. */
  declare readonly operation: string | undefined;
  /**
   * The address of managed login at which to try once more, where a sign-in by redirect failed because Cognito had only just linked the
   * provider's account to a user. `handleRedirect` goes there by itself when it reads the page's own address. It is good for one sign-in:
   * nothing prints it, and JSON and clones do not have it.
   */
  declare readonly retryUrl: string | undefined;
  /**
   * The item as it was when the condition of a put, update or delete did not hold, if there was one and
   * `returnOldOnConditionCheckFailure` asked for it. It is a person's data: nothing prints it, and JSON and clones do not have it.
   */
  declare readonly item: Item | undefined;
  /** The reasons for which DynamoDB cancelled a transaction: one for each item, in order. Empty for other errors. */
  declare readonly cancellationReasons: readonly CancellationReason[];
  /** The authentication that an API requires, of an error of kind `insufficientUserAuthentication`. */
  declare readonly stepUp?: StepUpRequirement | undefined;

  constructor(kind: ErrorKind, message: string, details: PoolpassErrorDetails = {}) {
    super(message);
    const { awsCode, requestId, httpStatus, operation, retryUrl, item, cancellationReasons, stepUp, cause } = details;
    // `structuredClone` and `postMessage` keep only the message of an `Error`. They keep all members of an object that merely inherits
    // from `Error`, as a `DOMException` does.
    const error = Object.create(new.target.prototype) as PoolpassError;
    Object.assign(error, { name: 'PoolpassError', message, kind, awsCode, requestId, httpStatus, operation });
    hide(error, 'stack', this.stack);
    if (cause !== undefined) hide(error, 'cause', cause);
    if (retryUrl !== undefined) hide(error, 'retryUrl', retryUrl);
    if (item !== undefined) hide(error, 'item', item);
    if (stepUp !== undefined) Object.assign(error, { stepUp });
    if (cancellationReasons !== undefined) Object.assign(error, { cancellationReasons: cancellationReasons.map(printable) });
    return error;
  }

  /**
   * Whether the cause usually passes by itself: the network, a time limit, or AWS being overloaded.
   *
   * The SDK has already repeated what it may repeat. Keep what the person entered, and make the same call again later. After
   * `network`, `timeout` and `unavailable`, AWS may have carried out a write whose answer was lost.
   */
  get isTransient(): boolean {
    return TRANSIENT.includes(this.kind);
  }
}

// Not in a static block, which React Native's Babel does not know: there, this class has to say why the package does not run.
hide(PoolpassError.prototype, 'name', 'PoolpassError');
hide(PoolpassError.prototype, 'cancellationReasons', Object.freeze([]));

function printable({ item, ...reason }: CancellationReason): CancellationReason {
  if (item !== undefined) hide(reason, 'item', item);
  return reason;
}

/** Defines a member that neither clones nor JSON have, like those of an `Error`. */
function hide(object: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

/** The error of a call whose signal was aborted for this reason. */
export function cancelled(cause: unknown): PoolpassError {
  return new PoolpassError('cancelled', 'the call was cancelled', { cause });
}
