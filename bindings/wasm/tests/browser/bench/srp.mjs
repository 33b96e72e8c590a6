// How long the SRP work of a sign-in takes in Chromium: in poolpass, and in amazon-cognito-identity-js, in one page.
//
// What is timed is a whole call, from the app's `signIn` or `authenticateUser` to its refusal, with a `fetch` that answers at
// once. Both do the same in it: make A, and from B, the salt and the password the answer to PASSWORD_VERIFIER. So each is
// timed as an app meets it, with its JSON and its promises, and neither shows anything that apps do not see.
import { Chromium } from '../chromium.mjs';
import { compare } from './report.mjs';

const ROUNDS = 31;

const chromium = await Chromium.start({ rival: process.env.RIVAL });
try {
  const person = await chromium.newPerson();
  const tab = await person.newTab();
  const times = await tab.evaluate(async (rounds) => {
    const { measure } = await import('/page/srp_bench.js');
    return measure(rounds);
  }, ROUNDS);
  await person.leave();

  console.log(`SRP of one sign-in, median of ${ROUNDS} rounds in ${chromium.version}:`);
  const ratio = compare(times.poolpass, [`amazon-cognito-identity-js ${process.env.RIVAL_VERSION}`, times.rival]);
  console.log(`  poolpass is ${ratio} times as fast; the goal is 8`);
} finally {
  await chromium.stop();
}
