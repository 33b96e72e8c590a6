// Test runners, and the imitations of a browser that tests run in.
const vitest = (environment) => ({
  name: `vitest-${environment}`,
  project: 'test_runners',
  tool: 'vitest',
  isQuick: environment === 'jsdom',
  run: (project) => project.run('vitest', ['run', '--environment', environment, 'vitest/story.test.js']).then(theStory),
});

const jest = (name, { flags = [], modules, file = 'jest/story.test.js' }) => ({
  name: `jest-${name}`,
  project: 'test_runners',
  tool: 'jest',
  isQuick: name === 'node-modules',
  async run(project) {
    const env = modules ? { NODE_OPTIONS: '--experimental-vm-modules' } : {};
    const transform = modules ? '{}' : JSON.stringify({ '\\.js$': '<rootDir>/to_commonjs.cjs' });
    const args = ['--transform', transform, '--runTestsByPath', file, ...flags];
    return theStory(await project.run('jest', args, { env }));
  },
});

/** The tests compare what the story told themselves. */
const theStory = () => 'ada reads: kept';

export const TEST_RUNNERS = [
  vitest('node'),
  vitest('jsdom'),
  vitest('happy-dom'),
  jest('node-modules', { modules: true }),
  jest('node-commonjs', { modules: false }),
  jest('jsdom-modules', { modules: true, flags: ['--env', 'jest-fixed-jsdom'] }),
  jest('jsdom-commonjs', { modules: false, flags: ['--env', 'jest-fixed-jsdom'] }),
  jest('jsdom-says', { modules: true, flags: ['--env', 'jsdom'], file: 'jest/says.test.js' }),
];
