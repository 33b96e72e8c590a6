// Shows what an app logs when it imports the package.
try {
  require('poolpass');
  print('it was imported');
} catch (error) {
  print(`${error.name} ${error.kind}: ${error.message}`);
}
