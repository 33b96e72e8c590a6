// Bundles the app as React Native's command line does, without the `react-native` package itself, which is native code.
const { getDefaultConfig, mergeConfig } = require('@react-native/metro-config');
const Metro = require('metro');

async function main([entry, out, exportsAre]) {
  const config = mergeConfig(await getDefaultConfig(__dirname), {
    projectRoot: __dirname,
    watchFolders: [__dirname],
    maxWorkers: 1,
    resetCache: true,
    reporter: { update() {} },
    resolver: { unstable_enablePackageExports: exportsAre === 'read' },
    serializer: { getModulesRunBeforeMainModule: () => [] },
  });
  await Metro.runBuild(config, { entry, out, platform: 'android', dev: false, minify: false });
}

main(process.argv.slice(2));
