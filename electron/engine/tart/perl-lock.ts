import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { LOCK_HELPER_TITLE } from './lock-holder.ts';

/** Part of every macOS so far, though Apple calls it deprecated. */
const PERL = '/usr/bin/perl';

/**
 * Opens the file once, takes the whole-file write lock, and prints `locked LENGTH` and the file; or `busy PID`, or
 * `failed`. Then it holds the lock until its input closes.
 */
const SCRIPT = [
  'use Fcntl;',
  `$0 = "${LOCK_HELPER_TITLE}";`,
  'my $mac = $^O eq "darwin";',
  'sub lock_of { $mac ? pack("q q l s s", 0, 0, 0, $_[0], 0) : pack("s s x4 q q l x4", $_[0], 0, 0, 0, 0) }',
  '$| = 1; binmode STDOUT;',
  'open(my $file, "+<:raw", $ARGV[0]) or do { print "failed 0\\n"; exit };',
  'my $lock = lock_of(F_WRLCK);',
  'unless (fcntl($file, F_SETLK, $lock)) {',
  '  $lock = lock_of(F_WRLCK); fcntl($file, F_GETLK, $lock);',
  '  my $pid = $mac ? (unpack("q q l s s", $lock))[2] : (unpack("s s x4 q q l x4", $lock))[4];',
  '  print "busy $pid\\n"; exit;',
  '}',
  'local $/; my $bytes = <$file>; print "locked ", length($bytes), "\\n", $bytes;',
  'close(STDOUT); $/ = "\\n"; <STDIN>;',
].join('\n');

/** What perl answered. `ended` resolves when perl is gone, and the lock with it. */
export type PerlLock =
  | { readonly outcome: 'locked'; readonly config: string; readonly ended: Promise<void>; release(): void }
  | { readonly outcome: 'busy'; readonly pid: number }
  | { readonly outcome: 'missing' };

/** Takes the lock on a config.json through perl, where libc cannot be called. */
export async function lockWithPerl(config: string, perl = PERL): Promise<PerlLock> {
  const child = spawn(perl, ['-e', SCRIPT, config], { stdio: ['pipe', 'pipe', 'ignore'] });
  // Released as it ends: writing to a gone process is no news.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const answer = await text(child.stdout).catch(() => '');
  const [, outcome = '', figure = '', bytes = ''] = /^(\w+) (-?\d+)\n([^]*)$/.exec(answer) ?? [];
  if (outcome === 'locked' && Buffer.byteLength(bytes) === Number(figure)) {
    return { outcome, config: bytes, ended, release: () => child.kill('SIGKILL') };
  }
  child.stdin.end();
  return outcome === 'busy' ? { outcome, pid: Number(figure) } : { outcome: 'missing' };
}
