import { AccountPage } from './account/account-page';
import { ChallengePage } from './auth/challenge-page';
import { ForgottenPasswordPage } from './auth/forgotten-password-page';
import { SignInPage } from './auth/sign-in-page';
import { SignUpPage } from './auth/sign-up-page';
import type { Parts } from './client';
import { type App, AppContext } from './context';
import { NotesPage } from './notes/notes-page';
import { Opening } from './opening';
import { type Route, useRoute } from './route';
import { Announcer } from './ui/announce';
import { useVisit } from './visit';

export function FieldNotes(parts: Parts) {
  const visit = useVisit(parts);
  const route = useRoute();
  return (
    <AppContext.Provider value={{ ...parts, visit }}>
      <Page visit={visit} route={route} />
      <Announcer />
    </AppContext.Provider>
  );
}

/** Shows the page for the visitor and the address. */
function Page({ visit: { visitor, look }, route }: Pick<App, 'visit'> & { route: Route }) {
  switch (visitor.kind) {
    case 'unknown':
      return <Opening />;
    case 'unreadable':
      return <Opening failure={visitor.error} onRetry={look} />;
    case 'challenged':
      return <ChallengePage challenge={visitor.challenge} />;
    case 'user':
      return route === 'account' ? (
        <AccountPage user={visitor.user} />
      ) : (
        <NotesPage key={visitor.user.sub} visitor={visitor} />
      );
    case 'nobody':
    case 'guest':
      if (route === 'sign-up') return <SignUpPage />;
      if (route === 'forgotten-password') return <ForgottenPasswordPage />;
      if (visitor.kind === 'guest' && route !== 'sign-in') return <NotesPage key="guest" visitor={visitor} />;
      return <SignInPage {...(visitor.kind === 'nobody' ? visitor : {})} />;
  }
}
