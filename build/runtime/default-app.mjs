// Starts the app that the command line names, as Electron's own default app does: packaged runtimes come without one.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const require = createRequire(import.meta.url);
const args = process.argv.slice(1);
let target = null;
for (let at = 0; at < args.length; at += 1) {
  const argument = args[at];
  if (argument === '-r' || argument === '--require') {
    at += 1;
    require(path.resolve(args[at]));
  } else if (!argument.startsWith('-')) {
    target = path.resolve(argument);
    break;
  }
}
if (target === null) {
  process.stderr.write('Name the folder of an app.\n');
  app.exit(1);
} else {
  const stat = fs.statSync(target);
  let entry = target;
  if (stat.isDirectory()) {
    const description = JSON.parse(fs.readFileSync(path.join(target, 'package.json'), 'utf8'));
    entry = path.join(target, description.main ?? 'index.js');
    app.setName(description.productName ?? description.name);
    app.setVersion(description.version);
    app.setAppPath(target);
  }
  Object.defineProperty(process, 'defaultApp', { value: true, configurable: false, enumerable: true });
  await import(pathToFileURL(entry).href);
}
