import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockHolder, tryLockWholeFile } from './fcntl-lock.ts';

describe.skipIf(process.platform === 'win32')('the POSIX write lock of a file', () => {
  let folder: string;
  let path: string;
  let descriptor: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fcntl-lock-'));
    path = join(folder, 'config.json');
    writeFileSync(path, '{}');
    descriptor = openSync(path, 'r+');
  });
  afterEach(() => {
    closeSync(descriptor);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is free, then ours, which is no holder to ourselves', () => {
    expect([lockHolder(descriptor), tryLockWholeFile(descriptor), lockHolder(descriptor)]).toEqual([0, 'locked', 0]);
  });

  it('is busy while another process has it, and names that process', async () => {
    const script = [
      'use Fcntl; open(my $f, "+<", $ARGV[0]);',
      'my $l = $^O eq "darwin" ? pack("q q l s s", 0, 0, 0, F_WRLCK, 0) : pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);',
      'fcntl($f, F_SETLK, $l) or die; $| = 1; print "ok"; <STDIN>;',
    ].join(' ');
    const other = spawn('perl', ['-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const during = [lockHolder(descriptor), tryLockWholeFile(descriptor)];
    const ended = new Promise((resolve) => other.once('exit', resolve));
    other.stdin.end();
    await ended;

    expect({ during, after: tryLockWholeFile(descriptor) }).toEqual({ during: [other.pid, 'busy'], after: 'locked' });
  });

  it.runIf(process.platform === 'linux')('keeps perl out, which asks by its own binding', () => {
    tryLockWholeFile(descriptor);
    const script =
      'use Fcntl; open(F,"+<",$ARGV[0]); my $l=pack("s s x4 q q l x4",F_WRLCK,0,0,0,0); exit(fcntl(F,F_SETLK,$l)?0:7)';

    expect(spawnSync('perl', ['-e', script, path]).status).toBe(7);
  });

  it('cannot be had on a descriptor that is none: that is not "busy"', () => {
    expect([tryLockWholeFile(-1), lockHolder(-1)]).toEqual(['unsupported', null]);
  });
});
