import { z } from 'zod';
import { AppError, assertNever } from '../../../shared/errors/app-error.ts';
import type { ForkHelper, HelperProcess } from '../ports.ts';
import { purposeOfHolder } from './lock-holder.ts';
import { type FromLockHelper, type ToLockHelper, WANTED_STATUS } from './lock-protocol.ts';
import { configInvalid } from './vm-config.ts';

const fromLockHelperSchema: z.ZodType<FromLockHelper> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('locked'), config: z.string() }),
  z.object({ type: z.literal('busy'), pid: z.number() }),
  z.object({ type: z.literal('unsupported'), config: z.string() }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
]);

/** Tart's lock on a VM, held by a helper process. Owner releases it. */
export interface VmLock {
  /** Text of config.json, read through the locked descriptor. */
  readonly config: string;
  /** False where the platform cannot lock: changes are then only detected. */
  readonly held: boolean;
  /** Aborts with `vm.lockLost` when the helper ends while the lock is held. */
  readonly lost: AbortSignal;
  /** Lets the VM go; resolves when the helper has ended, so that the VM can be locked anew at once. */
  release(): Promise<void>;
}

/** What to lock, and how helpers are made. */
export interface VmLockOptions {
  /** The VM's name, for errors. */
  readonly name: string;
  /** Path of its config.json. */
  readonly config: string;
  readonly helperFile: string;
  readonly fork: ForkHelper;
}

/**
 * Takes Tart's lock on a VM.
 *
 * @throws AppError `vm.running`, `vm.busy` (another push reads it), `vm.gone`, `vm.configInvalid` (too large),
 *   `file.unreadable`, `vm.lockLost` (somebody signalled the helper before it answered), `internal` (the helper cannot be
 *   started), `cancelled`
 */
export async function lockVm(options: VmLockOptions, signal: AbortSignal): Promise<VmLock> {
  if (signal.aborted) throw new AppError('cancelled');
  const helper = options.fork(options.helperFile, []);
  const lost = new AbortController();
  let letting = false;
  // The port takes one listener of each kind.
  const ended = new Promise<number | null>((resolve) => {
    helper.onExit((code) => {
      if (!letting) lost.abort(new AppError('vm.lockLost', { name: options.name }));
      resolve(code);
    });
  });
  const release = async (): Promise<void> => {
    if (!letting && !lost.signal.aborted) {
      letting = true;
      letGo(helper);
    }
    await ended;
  };
  try {
    const answer = await answerOf(helper, options, ended, signal);
    switch (answer.type) {
      case 'locked':
      case 'unsupported':
        return { config: answer.config, held: answer.type === 'locked', lost: lost.signal, release };
      case 'busy': {
        const code = (await purposeOfHolder(answer.pid)) === 'read' ? 'vm.busy' : 'vm.running';
        throw new AppError(code, { name: options.name, pid: answer.pid });
      }
      case 'failed':
        throw failure(options.config, answer.reason);
      default:
        return assertNever(answer);
    }
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

function letGo(helper: HelperProcess): void {
  try {
    helper.send({ type: 'release' } satisfies ToLockHelper);
  } catch {
    // Its channel is closed already: it is ending.
  }
  helper.kill();
}

function failure(config: string, reason: string): AppError {
  if (reason === 'ENOENT') return new AppError('vm.gone', { path: config, reason });
  if (reason === 'tooLarge') return configInvalid(config, '', 'tooLarge');
  return new AppError('file.unreadable', { path: config, reason });
}

/** Asks the helper to lock; its first answer, its end, or the caller's change of mind, whichever comes first. */
async function answerOf(
  helper: HelperProcess,
  options: VmLockOptions,
  ended: Promise<number | null>,
  signal: AbortSignal,
): Promise<FromLockHelper> {
  let stop = (): void => undefined;
  try {
    return await new Promise<FromLockHelper>((resolve, reject) => {
      const cancel = (): void => {
        reject(new AppError('cancelled'));
      };
      signal.addEventListener('abort', cancel, { once: true });
      stop = () => {
        signal.removeEventListener('abort', cancel);
      };
      void ended.then((code) => {
        reject(endedEarly(options.name, code));
      });
      helper.onMessage((message) => {
        const parsed = fromLockHelperSchema.safeParse(message);
        if (parsed.success) resolve(parsed.data);
      });
      helper.send({ type: 'lock', config: options.config } satisfies ToLockHelper);
    });
  } finally {
    stop();
  }
}

/** The error for a helper that ended without an answer; a signal means that somebody wants the VM. */
function endedEarly(name: string, code: number | null): AppError {
  return code === WANTED_STATUS || code === null
    ? new AppError('vm.lockLost', { name })
    : new AppError('internal', { message: `lock helper ended with ${code}` });
}
