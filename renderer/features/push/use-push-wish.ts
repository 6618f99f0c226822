import { useState } from 'react';
import { z } from 'zod';
import type { SendAgain } from '../../../shared/models/push-options.ts';
import type { PushRequest } from '../../../shared/models/push-request.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useMemory } from '../../state/window-memory.ts';
import { useJobs } from '../transfers/job-mirror-context.ts';
import { lastReferences } from './last-references.ts';
import { DEFAULT_CHOICES, type PushChoices } from './push-options.tsx';
import { readTarget, type TargetDraft, targetsOf } from './target-draft.ts';

/** With what the sheet of a push begins. */
export interface PushStart {
  /** Filled into the target fields; none = those of the newest push of the VM. */
  readonly references: readonly string[];
  /** Absent = the usual ones. */
  readonly choices?: PushChoices;
}

/** What a person wants of a push, as far as it was typed and chosen. */
export interface PushWish {
  readonly targets: readonly TargetDraft[];
  /** Other targets; overwriting was for those before. */
  readonly edit: (targets: readonly TargetDraft[]) => void;
  readonly choices: PushChoices;
  readonly setChoices: (choices: PushChoices) => void;
  readonly keepLocal: boolean;
  readonly setKeepLocal: (keepLocal: boolean) => void;
  /** Layers that are sent whatever the registry says. */
  readonly sendAgain: SendAgain;
  readonly setSendAgain: (sendAgain: SendAgain) => void;
  /** Tags are overwritten wherever they stand by now. */
  readonly force: boolean;
  readonly overwrite: () => void;
  readonly makeNewManifest: () => void;
  /** All of it; null while a field does not stand. */
  readonly request: PushRequest | null;
}

/** References of all fields, once each; null while one of them does not stand. */
function referencesOf(targets: readonly TargetDraft[]): readonly string[] | null {
  const readings = targets.map(readTarget);
  if (readings.some(({ problem }) => problem !== null)) return null;
  return [...new Set(readings.flatMap(({ references }) => references))];
}

/** Holds what is wanted of a push of `vm`. Until something is typed, what was asked for (`start`), else what was pushed last. */
export function usePushWish(vm: Vm, start: PushStart): PushWish {
  const jobs = useJobs((state) => state.jobs);
  const [edited, setEdited] = useState<readonly TargetDraft[] | null>(null);
  const [keepLocal, setKeepLocal] = useMemory('push.keepLocal', z.boolean(), false);
  const [choices, setChoices] = useState(start.choices ?? DEFAULT_CHOICES);
  const [sendAgain, setSendAgain] = useState<SendAgain>([]);
  const [force, setForce] = useState(false);
  const [newManifest, setNewManifest] = useState(false);
  const targets = edited ?? targetsOf(start.references.length > 0 ? start.references : lastReferences(jobs, vm.id), 1);
  const references = referencesOf(targets);
  return {
    targets,
    edit: (next) => {
      setEdited(next);
      if (referencesOf(next)?.join(' ') !== references?.join(' ')) setForce(false);
    },
    choices,
    setChoices,
    keepLocal,
    setKeepLocal: (selected) => setKeepLocal(() => selected),
    sendAgain,
    setSendAgain,
    force,
    overwrite: () => setForce(true),
    makeNewManifest: () => setNewManifest(true),
    request: references && {
      vmId: vm.id,
      references: [...references],
      ...choices,
      force,
      newManifest,
      ...(keepLocal ? { keepLocal } : {}),
      ...(sendAgain.length > 0 ? { sendAgain } : {}),
    },
  };
}
