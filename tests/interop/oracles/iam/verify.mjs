// Holds the cases that local-aws's policy evaluation is tested with against another implementation of IAM.
//
//   node verify.mjs            fails when an expectation is not what the other implementation decides
//   node verify.mjs --update   writes what it decides into the cases

import { readFileSync, writeFileSync } from 'node:fs';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';

const file = new URL('../../../../crates/local-aws/tests/data/iam_cases.json', import.meta.url);
const groups = JSON.parse(readFileSync(file, 'utf8'));
const account = '000000000000';

function decide(policies, { action, resource, context }) {
  return runUnsafeSimulation(
    {
      request: {
        principal: `arn:aws:sts::${account}:assumed-role/app/session`,
        action,
        resource: { resource, accountId: account },
        contextVariables: context,
      },
      identityPolicies: policies.map((policy, index) => ({ name: `policy-${index}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
}

let wrong = 0;
let count = 0;
for (const { name, policies, requests } of groups) {
  for (const request of requests) {
    const decided = decide(policies, request);
    count += 1;
    if (process.argv.includes('--update')) {
      request.expect = decided;
    } else if (request.expect !== decided) {
      wrong += 1;
      console.error(`${name}: ${request.action} on ${request.resource}: expected ${request.expect}, decided ${decided}`);
    }
  }
}
if (process.argv.includes('--update')) {
  writeFileSync(file, JSON.stringify(groups, null, 1) + '\n');
}
console.log(`${count} cases, ${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
