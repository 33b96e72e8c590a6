// How long the SRP work of a sign-in takes in Chromium: in poolpass, and in amazon-cognito-identity-js, in one page.
//
// Each measurement is a whole call, from the app's `signIn` or `authenticateUser` to its refusal, with a `fetch` that answers at
// once. Both do the same in it: make A, and from B, the salt and the password the answer to PASSWORD_VERIFIER. So each is
// timed as an app meets it, with its JSON and its promises, and neither shows anything that apps do not see.
import { measureInPage } from './page.mjs';
import { compare } from './report.mjs';

const ROUNDS = 31;

const { measured, browser } = await measureInPage('srp_bench.js', ROUNDS);
console.log(`SRP of one sign-in, median of ${ROUNDS} rounds in ${browser}:`);
const ratio = compare(measured.poolpass, [`amazon-cognito-identity-js ${process.env.RIVAL_VERSION}`, measured.rival]);
console.log(`  poolpass is ${ratio} times as fast; the goal is 8`);
