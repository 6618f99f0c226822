import { useEffect, useRef, useState } from 'react';
import { FINAL_JOB_STATES } from '../../shared/models/job.ts';
import type { VmList } from '../../shared/models/vm.ts';
import type { VmKnowledge } from '../../shared/models/vm-knowledge.ts';
import { useClient } from './client.ts';

/** Questions to the engine that are under way at once. */
const AT_ONCE = 3;
/** Changes of registries come in crowds. ms */
const QUIET_MS = 300;

/**
 * What is known of each VM without reading it, by VM id. Asked again for a VM that changed, and for all of them when a push
 * ended or a repository was read.
 */
export function useKnownVms(list: VmList | null): ReadonlyMap<string, VmKnowledge> {
  const client = useClient();
  const [known, setKnown] = useState<ReadonlyMap<string, VmKnowledge>>(new Map());
  const [round, setRound] = useState(0);
  const asked = useRef(new Map<string, string>());

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => setRound((before) => before + 1), QUIET_MS);
    };
    const stops = [
      client.on('registries.changed', again),
      client.on('jobs.changed', ({ job }) => {
        if (FINAL_JOB_STATES.includes(job.state)) again();
      }),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [client]);

  useEffect(() => {
    if (list === null) return;
    const ended = new AbortController();
    const { signal } = ended;
    const own = asked.current;
    const stale = list.vms
      .filter(({ defect }) => defect === null)
      .map(({ id, modifiedMs }) => ({ id, state: `${String(round)} ${String(modifiedMs)}` }))
      .filter(({ id, state }) => own.get(id) !== state);
    const work = async (): Promise<void> => {
      for (let next = stale.shift(); next !== undefined && !signal.aborted; next = stale.shift()) {
        const { id, state } = next;
        try {
          const found = await client.call('vms.known', { vmId: id, against: null }, { signal });
          own.set(id, state);
          setKnown((before) => new Map(before).set(id, found));
        } catch {
          // Drawn as not known; the row and the plan say what is wrong with the VM.
        }
      }
    };
    for (let lane = 0; lane < AT_ONCE; lane++) void work();
    return () => {
      ended.abort();
    };
  }, [client, list, round]);
  return known;
}
