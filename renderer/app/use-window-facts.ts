import type { ErrorData } from '../../shared/errors/app-error.ts';
import type { Registry } from '../../shared/models/registry.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { Vm, VmList } from '../../shared/models/vm.ts';
import type { VmKnowledge } from '../../shared/models/vm-knowledge.ts';
import { type Sample, useSample } from '../features/first-run/use-sample.ts';
import { type TagReadings, useTagReadings } from '../features/registries/use-tag-reading.ts';
import { type StoreTasks, useStoreTasks } from '../features/store/use-store-tasks.ts';
import { type ThisComputer, useThisComputer } from '../features/store/use-this-computer.ts';
import { useKnownVms } from '../state/use-known-vms.ts';
import { useRegistries, useVmList } from '../state/use-lists.ts';
import { useSettings } from '../state/use-settings.ts';

const NO_REGISTRIES: readonly never[] = [];
const NO_VMS: readonly never[] = [];

/** What the engine tells the window, followed in one place for all of its parts. */
export interface WindowFacts {
  /** Null before it is known. */
  readonly list: VmList | null;
  readonly listError: ErrorData | null;
  readonly reload: () => void;
  /** Of the list; none before it is known. */
  readonly vms: readonly Vm[];
  /** By VM id. */
  readonly known: ReadonlyMap<string, VmKnowledge>;
  /** Null before they are known. */
  readonly registries: readonly Registry[] | null;
  /** None before they are known. */
  readonly registryList: readonly Registry[];
  readonly readings: TagReadings;
  readonly own: ThisComputer;
  readonly tasks: StoreTasks;
  readonly sample: Sample;
  /** Null before they are known. */
  readonly settings: Settings | null;
  readonly changeSettings: (part: Partial<Settings>) => void;
}

/** Follows what the engine tells the window. */
export function useWindowFacts(): WindowFacts {
  const { list, error: listError, reload } = useVmList();
  const registries = useRegistries();
  const known = useKnownVms(list);
  const readings = useTagReadings();
  const own = useThisComputer();
  const tasks = useStoreTasks();
  const sample = useSample();
  const [settings, changeSettings] = useSettings();
  return {
    list,
    listError,
    reload,
    vms: list?.vms ?? NO_VMS,
    known,
    registries,
    registryList: registries ?? NO_REGISTRIES,
    readings,
    own,
    tasks,
    sample,
    settings,
    changeSettings,
  };
}
