import { federate, PROVIDER_NAMES } from '../../../bindings/wasm/tests/player/federation.mjs';

/** The `poolpass.json` of the app, with the providers that its sign-in page offers. */
export function appConfig(config) {
  return { ...config, identityProviders: PROVIDER_NAMES };
}

/** Lets people continue with a provider, and come back to the app at `url`. */
export async function addProviders(backend, url) {
  await federate(backend, [url]);
}

/** Switches on what an administrator would on AWS: the tracking of devices and of sessions. */
export async function trackDevicesAndSessions(backend) {
  await backend.admin('UpdateUserPool', {
    AutoVerifiedAttributes: ['email'],
    MfaConfiguration: 'OPTIONAL',
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP', 'WEB_AUTHN'] } },
    // A device is trusted when the person says so.
    DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true },
  });
  await backend.admin('SetUserPoolSessionConfiguration', {
    UserSessionTracking: 'ENABLED',
    TokenSession: { MaxPerUser: 20 },
  });
}
