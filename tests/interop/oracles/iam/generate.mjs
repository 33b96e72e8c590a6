// Generates trust and permission policies of an identity pool's roles, with requests for each. The same seed gives the same cases.

const POOL = 'eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11';
const OTHER_POOL = 'eu-west-1:00000000-0000-0000-0000-000000000000';
const ADA = 'eu-west-1:11111111-2222-3333-4444-555555555555';
const GRACE = 'eu-west-1:99999999-8888-7777-6666-555555555555';
const COGNITO = 'cognito-identity.amazonaws.com';
const SUB = `\${${COGNITO}:sub}`;
const TABLE = 'arn:aws:dynamodb:eu-west-1:000000000000:table/notes';
const BUCKET = 'arn:aws:s3:::notes';

/** `count` groups of trust policies and as many of permission policies, without their expectations. */
export function generate(count, seed = 8) {
  const random = mulberry32(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const some = (list) => {
    const kept = list.filter(() => random() < 0.5);
    return kept.length > 0 ? kept : [pick(list)];
  };
  const maybe = (chance) => random() < chance;
  const groups = [];
  for (let index = 1; index <= count; index += 1) {
    groups.push({ name: `trust policy ${index}`, trust: policy(trustStatement), requests: times(6, trustRequest) });
    groups.push({ name: `permission policy ${index}`, policies: times(maybe(0.3) ? 2 : 1, () => policy(permission)), requests: times(6, request) });
  }
  return groups;

  function policy(statement) {
    const statements = [statement('Allow')];
    if (maybe(0.4)) statements.push(statement('Allow'));
    if (maybe(0.35)) statements.push(statement('Deny'));
    return { Version: '2012-10-17', Statement: statements };
  }

  function trustStatement(Effect) {
    const conditions = some([
      { StringEquals: { [`${COGNITO}:aud`]: pick([POOL, POOL, OTHER_POOL, [POOL, OTHER_POOL]]) } },
      { [pick(['ForAnyValue:StringLike', 'ForAnyValue:StringEquals'])]: { [`${COGNITO}:amr`]: amrPattern() } },
      { [pick(['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIfExists'])]: { [`${COGNITO}:sub`]: pick([ADA, GRACE, [ADA, GRACE]]) } },
      { StringLike: { [`${COGNITO}:aud`]: pick(['eu-west-1:*', 'us-east-1:*', '*-0a11', '*']) } },
      { Null: { [`${COGNITO}:aud`]: pick(['true', 'false']) } },
    ]);
    return {
      Effect,
      Principal: Effect === 'Deny' && maybe(0.3) ? '*' : { Federated: pick([COGNITO, COGNITO, COGNITO, 'accounts.google.com']) },
      Action: pick(['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithWebIdentity', 'sts:*', ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'], 'sts:AssumeRole']),
      ...(maybe(0.9) ? { Condition: merged(conditions) } : {}),
    };
  }

  function amrPattern() {
    return pick(['authenticated', 'authenticated', 'unauthenticated', 'accounts.google.com', '*:CognitoSignIn:*', ['authenticated', 'graph.facebook.com']]);
  }

  function trustRequest() {
    const amr = pick([
      ['unauthenticated'],
      ['authenticated', 'accounts.google.com', 'accounts.google.com:app:1234'],
      ['authenticated', 'graph.facebook.com', 'graph.facebook.com:app:5678'],
      ['authenticated', 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1', 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1:CognitoSignIn:ada'],
    ]);
    return {
      // The other implementation knows no other federated principal in requests.
      principal: COGNITO,
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: 'arn:aws:iam::000000000000:role/app',
      context: { [`${COGNITO}:aud`]: pick([POOL, POOL, OTHER_POOL]), [`${COGNITO}:sub`]: pick([ADA, GRACE]), [`${COGNITO}:amr`]: amr },
    };
  }

  function permission(Effect) {
    if (maybe(0.5)) {
      const condition = some([
        { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': pick([[SUB], [SUB, 'public'], SUB]) } },
        { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': pick([`${SUB}*`, 'public*', 'eu-west-1:*']) } },
        { StringEquals: { 'aws:PrincipalTag/team': pick(['blue', 'red', ['blue', 'red']]) } },
        { StringNotEquals: { 'aws:PrincipalTag/team': 'red' } },
      ]);
      return {
        Effect,
        ...actions(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:*Item', 'dynamodb:Batch*']),
        Resource: pick([TABLE, `${TABLE}*`, '*', `${TABLE}/index/*`]),
        ...(maybe(0.85) ? { Condition: merged(condition) } : {}),
      };
    }
    const objects = pick([`${BUCKET}/private/${SUB}/*`, `${BUCKET}/public/*`, `${BUCKET}/*`]);
    const ofTeam = maybe(0.2) ? `${BUCKET}/private/\${aws:PrincipalTag/team}/*` : objects;
    return {
      Effect,
      ...actions(['s3:GetObject', 's3:PutObject', 's3:*Object', 's3:Get*']),
      ...(maybe(0.85) ? { Resource: pick([ofTeam, [ofTeam, `${BUCKET}/public/*`]]) }
        : // A variable that has no value there is undocumented: the two implementations differ.
          { NotResource: objects }),
    };
  }

  function actions(all) {
    return maybe(0.85) ? { Action: some(all) } : { NotAction: some(all) };
  }

  function request() {
    const context = { [`${COGNITO}:sub`]: pick([ADA, GRACE]), ...(maybe(0.7) ? { 'aws:PrincipalTag/team': pick(['blue', 'red']) } : {}) };
    if (maybe(0.5)) {
      const keys = pick([[ADA], [GRACE], [ADA, GRACE], ['public'], [ADA, ADA]]);
      return {
        action: `dynamodb:${pick(['GetItem', 'Query', 'PutItem', 'BatchGetItem', 'DeleteItem'])}`,
        resource: TABLE,
        context: { ...context, 'dynamodb:LeadingKeys': keys },
      };
    }
    const key = pick([`private/${ADA}/a.txt`, `private/${GRACE}/a.txt`, 'public/welcome.txt', 'private/blue/a.txt', 'private/a*/b']);
    return { action: `s3:${pick(['GetObject', 'PutObject', 'DeleteObject'])}`, resource: `${BUCKET}/${key}`, context };
  }

  function times(count, make) {
    return Array.from({ length: count }, () => make());
  }
}

function merged(conditions) {
  const all = {};
  for (const condition of conditions) {
    for (const [operator, keys] of Object.entries(condition)) all[operator] = { ...all[operator], ...keys };
  }
  return all;
}

/** A generator of pseudo-random numbers in [0, 1). */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
