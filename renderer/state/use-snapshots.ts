import { useEffect, useState } from 'react';
import type { Snapshot } from '../../shared/models/snapshot.ts';
import { askInTurn } from './ask-in-turn.ts';
import { useClient } from './client.ts';

const NONE: readonly Snapshot[] = [];

/** Changes of VMs come in crowds. ms */
const QUIET_MS = 300;

/** The snapshots of a VM, or of all (null), the newest first; asked again when they or VMs changed, which changes what they hold alone. */
export function useSnapshots(vmId: string | null): readonly Snapshot[] {
  const client = useClient();
  const [found, setFound] = useState<{ readonly vmId: string | null; readonly snapshots: readonly Snapshot[] } | null>(
    null,
  );
  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The list of VMs says what is wrong with Tart's home.
    const turn = askInTurn(async () => {
      const snapshots = await client.call('snapshots.list', { vmId }, { signal: ended.signal });
      setFound({ vmId, snapshots });
    });
    const again = (): void => {
      clearTimeout(timer);
      timer = setTimeout(turn.ask, QUIET_MS);
    };
    turn.ask();
    const stops = [client.on('snapshots.changed', turn.ask), client.on('vms.changed', again)];
    return () => {
      turn.close();
      ended.abort();
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [client, vmId]);
  return found !== null && found.vmId === vmId ? found.snapshots : NONE;
}
