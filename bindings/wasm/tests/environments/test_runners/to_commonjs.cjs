// What Babel does in most projects that use Jest.
const { transformSync } = require('esbuild');

module.exports = { process: (source) => ({ code: transformSync(source, { format: 'cjs' }).code }) };
