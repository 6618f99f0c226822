import { spawn } from 'node:child_process';
import type { Log, Wakefulness } from '../engine/ports.ts';

/** The program that keeps a machine awake while its child or standard input lives; null where there is none. */
function wakefulnessCommand(platform: NodeJS.Platform, reason: string): readonly [string, readonly string[]] | null {
  switch (platform) {
    case 'darwin':
      return ['/usr/bin/caffeinate', ['-i', '-w', String(process.pid)]];
    case 'linux':
      return ['systemd-inhibit', ['--what=idle:sleep', '--who=Tartan', `--why=${reason}`, '--mode=block', 'cat']];
    default:
      return null;
  }
}

/**
 * Keeps the machine awake by a child process of the system (`caffeinate`, `systemd-inhibit`) for as long as at least one
 * hold is out. Where neither works nothing happens.
 */
export function createCommandWakefulness(platform: NodeJS.Platform, log: Log): Wakefulness {
  let holds = 0;
  let stop: (() => void) | null = null;

  function start(reason: string): () => void {
    const command = wakefulnessCommand(platform, reason);
    if (command === null) return () => undefined;
    const child = spawn(command[0], command[1], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.once('error', (error) => {
      log.debug('the machine may fall asleep', { reason: error.message });
    });
    // `cat` ends with its input, so that nothing is left behind when this process is killed.
    child.stdin.on('error', () => undefined);
    child.unref();
    return () => {
      child.stdin.end();
      child.kill();
    };
  }

  return {
    hold(reason) {
      holds += 1;
      stop ??= start(reason);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holds -= 1;
        if (holds > 0) return;
        stop?.();
        stop = null;
      };
    },
  };
}
