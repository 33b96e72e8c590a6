// Whether a result contains what a scenario expects.

/** Throws the place and the difference. */
export function contains(actual, expected, place = 'result') {
  if (typeof expected === 'string' && expected.startsWith('$')) {
    const matcher = MATCHERS[expected];
    if (matcher === undefined) throw new Error(`${place}: unknown matcher ${expected}`);
    if (!matcher(actual)) throw new Error(`${place}: expected ${expected}, got ${show(actual)}`);
  } else if (Array.isArray(expected) && Array.isArray(actual)) {
    if (actual.length !== expected.length) {
      throw new Error(`${place}: expected ${expected.length} elements, got ${show(actual)}`);
    }
    expected.forEach((element, index) => contains(actual[index], element, `${place}[${index}]`));
  } else if (isObject(expected) && isObject(actual)) {
    for (const [name, member] of Object.entries(expected)) contains(actual[name], member, `${place}.${name}`);
  } else if ((actual ?? null) !== expected) {
    throw new Error(`${place}: expected ${show(expected)}, got ${show(actual)}`);
  }
}

const MATCHERS = {
  $string: (actual) => typeof actual === 'string',
  $number: (actual) => typeof actual === 'number' || typeof actual === 'bigint',
  $boolean: (actual) => typeof actual === 'boolean',
  $any: (actual) => actual != null,
  $absent: (actual) => actual == null,
};

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value) {
  const plain = (_name, member) => (typeof member === 'bigint' ? `${member}n` : member);
  return value === undefined ? 'nothing' : JSON.stringify(value, plain);
}
