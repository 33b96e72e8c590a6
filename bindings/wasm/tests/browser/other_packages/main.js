// The page of an app that has not moved yet: it signs people in with `aws-amplify` or `amazon-cognito-identity-js`, as their READMEs say,
// and leaves the session where they leave it by default.
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signIn, signInWithRedirect } from 'aws-amplify/auth';
import 'aws-amplify/auth/enable-oauth-listener';

function configure({ userPool, endpoints }, oauth) {
  const Cognito = {
    userPoolId: userPool.id,
    userPoolClientId: userPool.clientId,
    userPoolEndpoint: endpoints.cognitoIdp.replace(/\/$/, ''),
    ...(oauth && { loginWith: { oauth } }),
  };
  Amplify.configure({ Auth: { Cognito } });
}

Object.assign(globalThis, {
  configure,
  signInWithRedirect,

  /** The access token that Amplify has, once it has one. */
  async tokenOfAmplify() {
    for (;;) {
      const { tokens } = await fetchAuthSession();
      if (tokens) return `${tokens.accessToken}`;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },

  signInBy: {
    async 'aws-amplify'(config, { username, password }) {
      configure(config);
      return (await signIn({ username, password })).nextStep.signInStep;
    },

    'amazon-cognito-identity-js'({ userPool, endpoints }, { username, password }) {
      const endpoint = endpoints.cognitoIdp.replace(/\/$/, '');
      const Pool = new CognitoUserPool({ UserPoolId: userPool.id, ClientId: userPool.clientId, endpoint });
      const details = new AuthenticationDetails({ Username: username, Password: password });
      return new Promise((onSuccess, onFailure) => {
        new CognitoUser({ Username: username, Pool }).authenticateUser(details, { onSuccess: () => onSuccess('DONE'), onFailure });
      });
    },
  },
});
