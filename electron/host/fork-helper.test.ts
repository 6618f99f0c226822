import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkNodeHelper } from './fork-helper.ts';

describe('a forked helper', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tartan-helper-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('talks in messages, and its end is heard once', async () => {
    const file = join(folder, 'helper.cjs');
    writeFileSync(
      file,
      'process.on("message", (m) => m === "end" ? process.exit(7) : process.send({ got: m, argv: process.argv[2] }))',
    );
    const helper = forkNodeHelper(file, ['x']);
    const message = await new Promise((resolve) => {
      helper.onMessage(resolve);
      helper.send({ n: 1 });
    });
    const code = await new Promise((resolve) => {
      helper.onExit(resolve);
      helper.send('end');
    });
    helper.send('nobody hears this');

    expect({ message, code }).toEqual({ message: { got: { n: 1 }, argv: 'x' }, code: 7 });
  });

  it('that is killed ends without a status', async () => {
    const file = join(folder, 'helper.cjs');
    writeFileSync(file, 'process.on("message", () => {})');
    const helper = forkNodeHelper(file, []);
    const code = await new Promise((resolve) => {
      helper.onExit(resolve);
      helper.kill();
    });

    expect(code).toBeNull();
  });
});
