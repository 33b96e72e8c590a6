// How long the SRP work of a sign-in takes in Chromium: in poolpass, and in amazon-cognito-identity-js, in one page.
//
// What is timed is a whole call, from the app's `signIn` or `authenticateUser` to its refusal, with a `fetch` that answers at
// once. Both do the same in it: make A, and from B, the salt and the password the answer to PASSWORD_VERIFIER. So each is
// timed as an app meets it, with its JSON and its promises, and neither shows anything that apps do not see.
import { Chromium } from '../chromium.mjs';

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

  const [ours, theirs] = [median(times.poolpass), median(times.rival)];
  console.log(`SRP of one sign-in, median of ${ROUNDS} rounds in ${chromium.version}:`);
  console.log(`  poolpass                            ${show(ours)}   (${range(times.poolpass)})`);
  console.log(`  amazon-cognito-identity-js 6.3.21   ${show(theirs)}   (${range(times.rival)})`);
  console.log(`  poolpass is ${(theirs / ours).toFixed(1)} times as fast; the goal is 8`);
} finally {
  await chromium.stop();
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

function range(times) {
  return `${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)}`;
}

function show(millis) {
  return `${millis.toFixed(1).padStart(7)} ms`;
}
