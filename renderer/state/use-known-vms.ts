import { useEffect, useRef, useState } from 'react';
import { FINAL_JOB_STATES } from '../../shared/models/job.ts';
import type { VmList } from '../../shared/models/vm.ts';
import type { VmKnowledge } from '../../shared/models/vm-knowledge.ts';
import { useClient } from './client.ts';
import { VmQuestions } from './vm-questions.ts';

/** Changes of registries come in crowds. ms */
const QUIET_MS = 300;

/**
 * What is known of each VM without reading it, by VM id. Asked again for a VM that changed or that a plan read, and for all of
 * them when a push ended or a repository was read; a question that failed is asked again, too.
 */
export function useKnownVms(list: VmList | null): ReadonlyMap<string, VmKnowledge> {
  const client = useClient();
  const [known, setKnown] = useState<ReadonlyMap<string, VmKnowledge>>(new Map());
  const [round, setRound] = useState(0);
  /** How often plans learned what is on the disk of a VM. */
  const [digested, setDigested] = useState<ReadonlyMap<string, number>>(new Map());
  const questions = useRef<VmQuestions | null>(null);

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
      client.on('vms.digested', ({ vmId }) => {
        setDigested((before) => new Map(before).set(vmId, (before.get(vmId) ?? 0) + 1));
      }),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [client]);

  useEffect(() => {
    const own = new VmQuestions(async (vmId, signal) => {
      const found = await client.call('vms.known', { vmId, against: null }, { signal });
      setKnown((before) => new Map(before).set(vmId, found));
    });
    questions.current = own;
    return () => own.close();
  }, [client]);

  useEffect(() => {
    // Until there is an answer it is drawn as not known; the row and the plan say what is wrong with a VM.
    questions.current?.follow(
      (list?.vms ?? [])
        .filter(({ defect }) => defect === null)
        .map(({ id, modifiedMs }) => ({
          vmId: id,
          state: [round, digested.get(id) ?? 0, modifiedMs].join(' '),
        })),
    );
  }, [client, list, round, digested]);
  return known;
}
