import { useEffect, useState } from 'preact/hooks';

/** The pages that have an address: `#/sign-up` and so on. Where else one is, follows from who one is. */
export type Route = '' | 'sign-in' | 'sign-up' | 'forgotten-password' | 'account';

/** The address of a page, for links. */
export function hrefTo(route: Route): string {
  return `#/${route}`;
}

export function goTo(route: Route): void {
  location.hash = `/${route}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(present);
  useEffect(() => {
    const follow = () => setRoute(present());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

function present(): Route {
  const name = location.hash.replace(/^#\//, '');
  return isRoute(name) ? name : '';
}

function isRoute(name: string): name is Route {
  return ['sign-in', 'sign-up', 'forgotten-password', 'account'].includes(name);
}
