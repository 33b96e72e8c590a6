// Holds the cases that local-aws's policy evaluation is tested with against another implementation of IAM.
//
//   node verify.mjs            fails when an expectation is not what the other implementation decides
//   node verify.mjs --update   generates the cases of generate.mjs again, and writes what it decides into all cases

import { readFileSync, writeFileSync } from 'node:fs';
import { loadPolicy } from '@cloud-copilot/iam-policy';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { DiscoveryContextKeyConstraints } from './node_modules/@cloud-copilot/iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js';
import { authorize } from './node_modules/@cloud-copilot/iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js';
import { AwsRequestImpl } from './node_modules/@cloud-copilot/iam-simulate/dist/esm/request/request.js';
import { RequestContextImpl } from './node_modules/@cloud-copilot/iam-simulate/dist/esm/requestContext.js';
import { generate } from './generate.mjs';

const account = '000000000000';
const isUpdate = process.argv.includes('--update');

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

/**
 * Whether a role with this trust policy may be assumed: its policy is that of a resource. `runSimulation` would keep the first value of
 * `amr` alone, and `runUnsafeSimulation` takes no policy of a resource, so this calls the engine that is behind both.
 */
function decideTrust(trust, { principal, action, resource, context }) {
  const request = new AwsRequestImpl(principal, { resource, accountId: account }, action, new RequestContextImpl(context));
  const { result } = authorize({
    request,
    identityPolicies: [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: loadPolicy(trust, { name: 'trust' }),
    simulationParameters: { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) },
    serviceSettings: { s3: {} },
  });
  return result;
}

let wrong = 0;
let count = 0;
for (const [name, again] of [
  ['iam_cases.json', undefined],
  ['iam_generated_cases.json', () => generate(60)],
]) {
  const file = new URL(`../../../../crates/local-aws/tests/data/${name}`, import.meta.url);
  const groups = isUpdate && again ? again() : JSON.parse(readFileSync(file, 'utf8'));
  for (const { name, policies, trust, requests } of groups) {
    for (const request of requests) {
      const decided = trust ? decideTrust(trust, request) : decide(policies, request);
      count += 1;
      if (isUpdate) {
        request.expect = decided;
      } else if (request.expect !== decided) {
        wrong += 1;
        console.error(`${name}: ${request.action} on ${request.resource}: expected ${request.expect}, decided ${decided}`);
      }
    }
  }
  if (isUpdate) writeFileSync(file, JSON.stringify(groups, null, 1) + '\n');
}
console.log(`${count} cases, ${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
