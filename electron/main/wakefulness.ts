import type { PowerSaveBlocker } from 'electron';
import type { Wakefulness } from '../engine/ports.ts';

/** Keeps the computer from sleeping while at least one hold is out. The display may go dark. */
export function createWakefulness(blocker: PowerSaveBlocker): Wakefulness {
  let holds = 0;
  let blocking: number | null = null;
  return {
    hold() {
      holds += 1;
      blocking ??= blocker.start('prevent-app-suspension');
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holds -= 1;
        if (holds > 0 || blocking === null) return;
        blocker.stop(blocking);
        blocking = null;
      };
    },
  };
}
