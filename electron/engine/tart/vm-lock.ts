import { AppError } from '../../../shared/errors/app-error.ts';
import type { ForkHelper } from '../ports.ts';
import { fromLockHelperSchema, type ToLockHelper } from './lock-protocol.ts';

/** Tart's lock on a VM, held by a helper process. Owner releases it. */
export interface VmLock {
  /** Text of config.json, read through the locked descriptor. */
  readonly config: string;
  /** False where the platform cannot lock: changes are then only detected. */
  readonly held: boolean;
  /** Aborts with `vm.lockLost` when the helper ends while the lock is held. */
  readonly lost: AbortSignal;
  release(): void;
}

/**
 * Takes Tart's lock on a VM.
 *
 * @throws AppError `vm.running` (somebody holds it), `vm.gone`, `file.unreadable`, `vm.lockLost`, `cancelled`
 */
export async function lockVm(
  options: { readonly name: string; readonly config: string; readonly helperFile: string; readonly fork: ForkHelper },
  signal: AbortSignal,
): Promise<VmLock> {
  signal.throwIfAborted();
  const helper = options.fork(options.helperFile, []);
  const lost = new AbortController();
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    helper.send({ type: 'release' } satisfies ToLockHelper);
    helper.kill();
  };
  try {
    return await new Promise<VmLock>((resolve, reject) => {
      const abort = (): void => reject(new AppError('cancelled'));
      signal.addEventListener('abort', abort, { once: true });
      helper.onExit(() => {
        const error = new AppError('vm.lockLost', { name: options.name });
        if (!released) lost.abort(error);
        reject(error);
      });
      helper.onMessage((message) => {
        const parsed = fromLockHelperSchema.safeParse(message);
        if (!parsed.success) return;
        signal.removeEventListener('abort', abort);
        switch (parsed.data.type) {
          case 'locked':
          case 'unsupported':
            resolve({ config: parsed.data.config, held: parsed.data.type === 'locked', lost: lost.signal, release });
            break;
          case 'busy':
            reject(new AppError('vm.running', { name: options.name, pid: parsed.data.pid }));
            break;
          case 'failed': {
            const gone = parsed.data.reason === 'ENOENT';
            reject(
              new AppError(gone ? 'vm.gone' : 'file.unreadable', { path: options.config, reason: parsed.data.reason }),
            );
            break;
          }
        }
      });
      helper.send({ type: 'lock', config: options.config } satisfies ToLockHelper);
    });
  } catch (thrown) {
    release();
    throw thrown;
  }
}
