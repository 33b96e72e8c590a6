/** The `poolpass.json` of the app, with the providers that its sign-in page offers, and where its notes are: in the table, or behind an API. */
export function appConfig(config, apiUrl) {
  const notes = apiUrl === undefined ? {} : { notes: 'api', api: { url: apiUrl } };
  return { ...config, ...notes, identityProviders: ['Google', 'SignInWithApple', 'Corporate'] };
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
