import type { User } from 'poolpass';
import type { ComponentChildren } from 'preact';

import { labelOf, nameOf, providerOf } from '../auth/managed-login';
import { useApp } from '../context';
import { hrefTo } from '../route';
import { Masthead } from '../ui/masthead';
import { Title } from '../ui/title';
import { Authenticator } from './authenticator';
import { CloseAccount } from './close-account';
import { LinkedLogins } from './linked-logins';
import { Passkeys } from './passkeys';
import { Password } from './password';
import { Sessions } from './sessions';
import { SignOut } from './sign-out';
import { TrustedDevice } from './trusted-device';

export function AccountPage({ user }: { user: User }) {
  const { local } = useApp();
  const provider = providerOf(user);
  return (
    <>
      <Masthead>
        <a href={hrefTo('')}>Back to the notebook</a>
      </Masthead>
      <main class="account">
        <Title name="Account">Your account</Title>
        <p class="lead">
          {nameOf(user)}
          {user.email !== undefined && ` · ${user.email}`}
          {provider !== undefined && ` · signed in with ${labelOf(provider)}`}
        </p>
        {/* The provider has all of these for its own people. */}
        {provider === undefined && (
          <>
            <Part title="Passkeys">
              <Passkeys user={user} />
            </Part>
            <Part title="Two-step sign-in">
              <Authenticator user={user} />
            </Part>
            <Part title="Trusted devices">
              <TrustedDevice />
            </Part>
            <Part title="Password">
              <Password />
            </Part>
          </>
        )}
        {local !== undefined && (
          <Part title="Linked accounts">
            <LinkedLogins user={user} local={local} />
          </Part>
        )}
        <Part title="Where you are signed in">
          <Sessions />
        </Part>
        <Part title="Sign out">
          <SignOut provider={provider} />
        </Part>
        <Part title="Close the account">
          <CloseAccount />
        </Part>
      </main>
    </>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part" aria-label={title}>
      <h2>{title}</h2>
      <div>{children}</div>
    </section>
  );
}
