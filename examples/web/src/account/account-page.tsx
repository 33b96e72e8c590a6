import type { User } from 'poolpass';
import type { ComponentChildren } from 'preact';

import { hrefTo } from '../route';
import { Masthead } from '../ui/masthead';
import { Title } from '../ui/title';
import { Authenticator } from './authenticator';
import { CloseAccount } from './close-account';
import { Password } from './password';
import { SignOut } from './sign-out';

export function AccountPage({ user }: { user: User }) {
  return (
    <>
      <Masthead>
        <a href={hrefTo('')}>Back to the notebook</a>
      </Masthead>
      <main class="account">
        <Title name="Account">Your account</Title>
        <p class="lead">
          {user.username}
          {user.email !== undefined && ` · ${user.email}`}
        </p>
        <Part title="Two-step sign-in">
          <Authenticator user={user} />
        </Part>
        <Part title="Password">
          <Password />
        </Part>
        <Part title="Sign out">
          <SignOut />
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
