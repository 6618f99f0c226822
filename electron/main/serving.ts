import { toAppError } from '../../shared/errors/app-error.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { Engine } from '../engine/engine-interface.ts';
import type { Log } from '../engine/ports.ts';
import { SERVE_PORT } from '../engine/store/store-service.ts';

/**
 * Keeps the registry of this computer as the person left it: one that was on when the app ended is switched on again, at the
 * same port. The command line has its own `tartan serve` and does none of this.
 */
export function followServing({ handlers, on }: Pick<Engine, 'handlers' | 'on'>, log: Log): void {
  const never = new AbortController().signal;
  const failed = (thrown: unknown): void => log.warn('registry of this computer', { code: toAppError(thrown).code });
  const remember = async (part: Pick<Settings, 'serving' | 'servePort'>): Promise<void> => {
    const settings = await handlers['settings.get'](null, never);
    if (settings.serving === part.serving && settings.servePort === part.servePort) return;
    await handlers['settings.set']({ ...settings, ...part }, never);
  };
  const begin = async (): Promise<void> => {
    const { serving } = await handlers['settings.get'](null, never);
    if (!serving) return;
    // One that cannot start (its port is taken, its volume is away) says so in its row, and is tried at the next start.
    await handlers['serve.start']({ port: null, token: null, readOnly: false }, never);
  };
  let changes: Promise<void> = Promise.resolve();
  on('serve.changed', (state) => {
    // Neither a start that is under way nor one that failed is a wish to have it off.
    if (!state.on && (state.starting || state.error !== null)) return;
    changes = changes
      .then(async () => {
        const { servePort } = await handlers['settings.get'](null, never);
        const port = state.on ? Number(state.address.replace(/^.*:/, '')) : servePort;
        await remember({ serving: state.on, servePort: port === SERVE_PORT ? null : port });
      })
      .catch(failed);
  });
  begin().catch(failed);
}
