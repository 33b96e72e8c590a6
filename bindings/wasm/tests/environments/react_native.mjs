// React Native, which has no WebAssembly: the import fails and says so. Its bundler makes the bundle, and its engine runs it.
import { Project } from './project.mjs';
import { TOLD } from './story.js';

const SAID = /^PoolpassError platform: .*React Native.*Swift and Kotlin packages/;

/** Metro has read `exports` since 0.82, and the members `react-native` and `main` before. */
const reactNative = (name, exportsAre) => ({
  name,
  project: 'react_native',
  tool: '@react-native/metro-config',
  async run(project) {
    const node = (await Project.make('runtimes', {})).path('node_modules/node22/bin/node');
    await project.run(node, ['build.cjs', 'app.js', 'bundle.js', exportsAre]);
    const hermes = project.path('node_modules/hermes-engine-cli/linux64-bin/hermes');
    await project.run('chmod', ['+x', hermes]);
    const said = await project.run(hermes, ['bundle.js']);
    return SAID.test(said) ? TOLD : said;
  },
});

export const REACT_NATIVE = [reactNative('react-native-says', 'read'), reactNative('react-native-says-by-main', 'ignored')];
