// The methods that `Handle.call` names, with their inputs and results. They are the match arms of `perform` in the crate's files of the
// same names, which a test compares with these interfaces.
import type {
  AccountOptions,
  CodeDeliveryDetails,
  MfaPreference,
  MfaSettings,
  RevokeOptions,
  SignUpOptions,
  SignUpResult,
  UserAuthFactors,
  UserSession,
} from './account.js';
import type { AccountListOptions, AccountPage } from './account_list.js';
import type { AuthFactor, MfaMethod } from './challenges.js';
import type { PasswordlessSignInOptions, SignInOptions, StepUpOptions } from './sign_in_options.js';
import type { AnyCondition } from './conditions.js';
import type { Changes, Item, ReadOptions, ReturnValues, TransactGet, WriteOptions } from './dynamodb.js';
import type { Device } from './devices.js';
import type { Handle } from './handle.js';
import type { ListOptions, ListPage } from './list_objects.js';
import type { UnlinkInput } from './logins.js';
import type { CopyOptions, GetOptions, PutOptions } from './object_options.js';
import type { CallOptions, ClientMetadata } from './options.js';
import type { Passkey } from './passkeys.js';
import type { Challenge, Client, PasskeyRegistration, SoftwareTokenSetup } from './poolpass_core_wasm.js';
import type { Body, Bucket, Client as DataClient, Table } from './poolpass_wasm.js';
import type { ItemPage, PagedReadOptions } from './queries.js';
import type { RedirectOptions, RedirectResult, RedirectUri } from './redirect.js';
import type { DeletedObjects, PresignedUrl, PutResult } from './s3.js';
import type { AccessToken, Credentials, IdToken, SessionTokens, SignOut, User } from './session.js';
import type { ObjectMetadata } from './stored_object.js';
import type { UploadState } from './uploads.js';

export type ClientHandle = Handle<Client, ClientCalls & Within<'account', AccountCalls>>;
export type DataClientHandle = Handle<DataClient, ClientCalls & Within<'account', AccountCalls> & Within<'transact', TransactCalls>>;
export type ChallengeHandle = Handle<Challenge, ChallengeCalls>;
export type PasskeyRegistrationHandle = Handle<PasskeyRegistration, PasskeyRegistrationCalls>;
export type BucketHandle = Handle<Bucket, BucketCalls>;
export type TableHandle = Handle<Table, TableCalls>;

/** The methods with a prefix and a dot before their names. */
type Within<Prefix extends string, Calls> = { [M in keyof Calls & string as `${Prefix}.${M}`]: Calls[M] };

export interface ClientCalls {
  signIn(input: SignInOptions & { username: string; password: string }): User | Challenge;
  signInWithoutPassword(input: PasswordlessSignInOptions & { username: string }): User | Challenge;
  autoSignIn(input: CallOptions): User | Challenge;
  pendingChallenge(input: CallOptions): Challenge | undefined;
  currentUser(input: CallOptions): User | undefined;
  idToken(input: CallOptions): IdToken;
  accessToken(input: CallOptions): AccessToken;
  refresh(input: CallOptions): User;
  stepUp(input: StepUpOptions & { level: string }): User | Challenge;
  adoptSession(input: CallOptions & SessionTokens): User;
  signInWithRedirect(input: RedirectOptions & RedirectUri & CallOptions): string;
  handleRedirect(input: CallOptions & { url: string }): RedirectResult | undefined;
  logoutUrl(input: CallOptions & { logoutUri: string }): string;
  signOut(input: RevokeOptions): SignOut;
  signOutEverywhere(input: CallOptions): void;
  credentials(input: CallOptions): Credentials;
  identityId(input: CallOptions): string;
  unlinkLogin(input: UnlinkInput): void;
}

export interface AccountCalls {
  signUp(input: SignUpOptions & { username: string; password: string }): SignUpResult;
  signUpWithoutPassword(input: SignUpOptions & { username: string }): SignUpResult;
  confirmSignUp(input: AccountOptions & { username: string; code: string }): void;
  resendConfirmationCode(input: AccountOptions & { username: string }): CodeDeliveryDetails | undefined;
  forgotPassword(input: AccountOptions & { username: string }): CodeDeliveryDetails | undefined;
  confirmForgotPassword(input: AccountOptions & { username: string; code: string; newPassword: string }): void;
  changePassword(input: CallOptions & { previousPassword: string; proposedPassword: string }): void;
  attributes(input: CallOptions): Record<string, string>;
  updateAttributes(input: AccountOptions & { attributes: Record<string, string> }): CodeDeliveryDetails[];
  deleteAttributes(input: CallOptions & { names: string[] }): void;
  requestAttributeCode(input: AccountOptions & { name: string }): CodeDeliveryDetails | undefined;
  verifyAttribute(input: CallOptions & { name: string; code: string }): void;
  associateSoftwareToken(input: CallOptions): SoftwareTokenSetup;
  verifySoftwareToken(input: CallOptions & { code: string; deviceName?: string | undefined }): void;
  mfaPreference(input: CallOptions): MfaPreference;
  authFactors(input: CallOptions): UserAuthFactors;
  setMfaPreference(input: CallOptions & MfaSettings): void;
  sessionsPage(input: AccountListOptions): AccountPage<UserSession>;
  revokeSession(input: RevokeOptions & { id: string }): void;
  devicesPage(input: AccountListOptions): AccountPage<Device>;
  device(input: CallOptions & { key: string }): Device;
  currentDeviceKey(input: CallOptions): string | undefined;
  rememberDevice(input: CallOptions & { key?: string | undefined }): void;
  doNotRememberDevice(input: CallOptions & { key?: string | undefined }): void;
  forgetDevice(input: CallOptions & { key?: string | undefined }): void;
  startPasskeyRegistration(input: CallOptions): PasskeyRegistration;
  passkeysPage(input: AccountListOptions): AccountPage<Passkey>;
  deletePasskey(input: CallOptions & { credentialId: string }): void;
  deleteUser(input: CallOptions): void;
}

export interface PasskeyRegistrationCalls {
  complete(input: CallOptions & { credential: string }): void;
}

export interface ChallengeCalls {
  answerCode(input: CallOptions & { code: string }): User | Challenge;
  resend(input: CallOptions): User | Challenge;
  answerFactor(input: CallOptions & { factor: AuthFactor }): User | Challenge;
  answerPassword(input: CallOptions & { password: string }): User | Challenge;
  answerCredential(input: CallOptions & { credential: string }): User | Challenge;
  answerCustom(input: CallOptions & ClientMetadata & { answer: string }): User | Challenge;
  answerMethod(input: CallOptions & { method: MfaMethod }): User | Challenge;
  answerNewPassword(
    input: CallOptions & { newPassword: string; attributes?: Record<string, string> | undefined },
  ): User | Challenge;
  answerResponses(input: CallOptions & { responses: Record<string, string> }): User | Challenge;
  associateSoftwareToken(input: CallOptions): SoftwareTokenSetup;
  verifySoftwareToken(input: CallOptions & { code: string; deviceName?: string | undefined }): User | Challenge;
  setUpEmail(input: CallOptions & { address: string }): User | Challenge;
}

/** An upload, whose body is what `uploadSource` makes of an app's. */
type Transfer = PutOptions & { body: unknown };

export interface BucketCalls {
  privatePath(input: CallOptions & { name: string }): string;
  put(input: PutOptions & { key: string; body: Uint8Array }): PutResult;
  upload(input: Transfer & { key: string }): PutResult;
  resumeUpload(input: Transfer & { state: UploadState }): PutResult;
  abortUpload(input: CallOptions & { state: UploadState }): void;
  get(input: GetOptions & { key: string }): { metadata: ObjectMetadata; length?: number | undefined; body: Body };
  head(input: GetOptions & { key: string }): ObjectMetadata;
  delete(input: CallOptions & { key: string }): void;
  deleteMany(input: CallOptions & { keys: string[] }): DeletedObjects;
  copy(input: CopyOptions & { from: string; to: string }): PutResult;
  listPage(input: ListOptions & { prefix: string }): ListPage;
  presignGet(input: CallOptions & { key: string; expiresIn: number; fileName?: string | undefined }): PresignedUrl;
  presignPut(input: PutOptions & { key: string; expiresIn: number }): PresignedUrl;
}

type ItemWrite = WriteOptions & { returnOld?: boolean | undefined };
/** An item that was read: of whichever type the app says, which nobody checks. */
type ReadItem = never;

type PagedRead = PagedReadOptions & { keyCondition?: AnyCondition };

export interface TableCalls {
  get(input: ReadOptions & { key: Item }): ReadItem | undefined;
  put(input: ItemWrite & { item: object }): ReadItem | undefined;
  delete(input: ItemWrite & { key: Item }): ReadItem | undefined;
  update(input: WriteOptions & Changes & { key: Item; returnValues?: ReturnValues | undefined }): ReadItem | undefined;
  page(input: PagedRead): ItemPage<ReadItem>;
  count(input: PagedRead): number;
  batchGet(input: ReadOptions & { keys: readonly Item[] }): ReadItem[];
  batchWrite(input: CallOptions & { put?: readonly object[] | undefined; delete?: readonly Item[] | undefined }): void;
}

export interface TransactCalls {
  get(input: Pick<ReadOptions, 'exactDecimals' | 'signal'> & { gets: readonly TransactGet[] }): (ReadItem | undefined)[];
  write(input: CallOptions & { writes: readonly object[]; clientRequestToken?: string | undefined }): void;
}
