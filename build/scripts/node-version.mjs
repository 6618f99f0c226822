// Imported first by every script, and written so that any Node reads it.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Tartan needs Node 20.19 or newer; this is Node ${process.versions.node}.\n`);
  process.exit(1);
}
