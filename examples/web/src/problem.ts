import { type ErrorKind, PoolpassError, type SessionEndReason } from 'poolpass';

/** A problem, in words that tell a person what to do about it. */
export function problem(error: unknown): string {
  if (!(error instanceof PoolpassError)) return error instanceof Error ? error.message : String(error);
  return ADVICE[error.kind] ?? error.message;
}

/** Errors that a user can act on. For all others, the error's own message is the most helpful. */
const ADVICE: Partial<Record<ErrorKind, string>> = {
  usernameExists: 'Someone already has that user name. Choose another one, or sign in.',
  aliasExists: 'An account with that email address exists already. Sign in with it instead.',
  codeMismatch: 'That is not the right code. Check it and try again.',
  codeExpired: 'That code is too old, or was not the right one. Ask for a new one.',
  tooManyAttempts: 'Too many attempts. Wait a few minutes before you try again.',
  challengeExpired: 'That took too long, so the sign-in has expired. Start again.',
  codeDeliveryFailed: 'The code could not be sent. Check the address, and try again.',
  passwordResetRequired: 'Your password has to be replaced. Choose “Forgotten password?” to set a new one.',
  cancelled: 'The passkey was not used. Try again, or sign in another way.',
  accessDenied: 'You are not allowed to do that.',
  signedOut: 'You are signed out. Sign in again.',
  sessionEnded: 'Your session has ended. Sign in again.',
  notFound: 'This is not there any more. It may have been deleted elsewhere.',
  conditionFailed: 'This was changed or deleted elsewhere in the meantime. Reload to see it as it is now.',
  store: 'This browser does not let the page keep your session. Allow it to store data, and leave some room on the disk.',
  throttled: 'The service is busy. Try again in a moment.',
  unavailable: 'The service does not answer just now. Try again in a moment.',
  timeout: 'That took too long. Check your connection and try again.',
  network: 'The service cannot be reached. Check your connection and try again.',
};

/** Why someone has to sign in again. */
export function whySessionEnded(reason: SessionEndReason): string {
  switch (reason) {
    case 'signedOutElsewhere':
    case 'revoked':
      return 'You were signed out on all devices. Sign in again to go on.';
    case 'userDisabled':
    case 'userDeleted':
      return 'This account has been closed.';
    case 'passwordResetRequired':
      return 'Your password has to be replaced. Choose “Forgotten password?” to set a new one.';
    default:
      return 'You were signed out, since you had not been here for a while. Sign in again to go on.';
  }
}
