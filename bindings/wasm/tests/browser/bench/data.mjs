// How long calls of S3 and DynamoDB take without their network: with poolpass, and with the AWS SDK for JavaScript, in one page of Chromium.
//
// A `fetch` that answers at once takes the network out. What is left is what an app waits for all the same: items and parts to
// requests, hashes, signatures, and answers to items. Both sign, and both check what an upload sends by CRC32.
import { measureInPage } from './page.mjs';
import { compare } from './report.mjs';

const ROUNDS = { small: 31, upload: 7 };

const { measured, browser } = await measureInPage('data_bench.js', ROUNDS);
console.log(`S3 and DynamoDB in ${browser}, medians; beside the AWS SDK for JavaScript (client-s3 ${process.env.RIVAL_VERSION}):`);
for (const { what, poolpass, rival } of measured) {
  console.log(`${what}:`);
  const ratio = compare(poolpass.times, ['AWS SDK', rival.times]);
  console.log(`  poolpass is ${ratio} times as fast`);
  if (poolpass.longest === undefined) continue;
  console.log(`  longest task of the page's thread: ${stop(poolpass.longest)}, AWS SDK: ${stop(rival.longest)}`);
}

/** Browsers tell only of tasks of 50 ms and more. */
function stop(millis) {
  return millis === 0 ? 'below 50 ms' : `${Math.round(millis)} ms`;
}
