import './requirements.js';

export * from './account.js';
export * from './account_list.js';
export * from './api.js';
export * from './challenges.js';
export type { AnyConfig, ClientOptions, DeviceFingerprint } from './client_options.js';
export * from './conditions.js';
export * from './config.js';
export { Client } from './data_client.js';
export * from './decimal.js';
export type { Device } from './devices.js';
export * from './dynamodb.js';
export { type CancellationReason, type ErrorKind, PoolpassError, type StepUpRequirement } from './errors.js';
export * from './globals.js';
export type { WasmSource } from './loader.js';
export type { ClassicFlowOptions, LoginProvider, LoginToken, ProviderToken } from './logins.js';
export { init } from './module.js';
export type { CallOptions } from './options.js';
export * from './passkeys.js';
export * from './queries.js';
export * from './s3.js';
export type {
  IdentityProvider,
  LogoutOptions,
  Navigation,
  RedirectOptions,
  RedirectResult,
  RedirectUri,
} from './redirect.js';
export * from './session.js';
export type { AuthFlow, AuthLevel, PasswordlessSignInOptions, SignInOptions, StepUpOptions } from './sign_in_options.js';
export { IndexedDbStore } from './stores/indexed_db.js';
export { MemoryStore } from './stores/memory.js';
export type { SessionStore, StoreChoice } from './stores/store.js';
