import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { SAMPLE_VM_ID } from '../../shared/models/sample.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { Vm, VmList } from '../../shared/models/vm.ts';
import type { EventHub } from './event-hub.ts';
import { knownOfVm, type LookingParts } from './plan/known-vm.ts';
import type { EnginePorts } from './ports.ts';
import type { SampleService } from './sample/sample-service.ts';
import { listVms, localVm } from './tart/list-vms.ts';
import { watchVms } from './tart/watch-vms.ts';

type VmMethodName = Extract<EngineMethodName, `vms.${string}`>;

/** VMs and cached images of Tart's home: listed, looked at without reading a disk, watched for changes. */
export class VmService {
  readonly #ports: EnginePorts;
  readonly #settings: () => Settings;
  readonly #hub: EventHub;
  readonly #looking: LookingParts;
  readonly #sample: () => Pick<SampleService, 'rows' | 'tartHome'>;
  #watcher: { close(): Promise<void> } | null = null;

  /** @param sample the sample VM, which lies in a Tart home of its own */
  constructor(
    ports: EnginePorts,
    settings: () => Settings,
    hub: EventHub,
    looking: LookingParts,
    sample: () => Pick<SampleService, 'rows' | 'tartHome'>,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#hub = hub;
    this.#looking = looking;
    this.#sample = sample;
  }

  #tartHome(): string {
    return this.#settings().tartHome ?? this.#ports.paths.tartHome;
  }

  /** Begins to watch only when somebody listens for changes: the command line never does. */
  open(): void {
    this.#hub.onFirstListener('vms.changed', () => this.#watch());
  }

  #watch(): void {
    this.#watcher = watchVms(this.#tartHome(), this.#ports.clock, () => this.#hub.emit('vms.changed', null));
  }

  /** Tart's home is another folder now. */
  async moveHome(): Promise<void> {
    if (this.#watcher === null) return;
    await this.#watcher.close();
    this.#watch();
    this.#hub.emit('vms.changed', null);
  }

  /** The Tart home that a VM belongs to: nothing of the sample comes into the person's own. */
  homeOf(vmId: string): string {
    return vmId === SAMPLE_VM_ID ? this.#sample().tartHome : this.#tartHome();
  }

  /** Every Tart home in use: the person's, and the sample's. */
  homes(): string[] {
    return [this.#tartHome(), this.#sample().tartHome];
  }

  /** The VMs of Tart's home, and behind them the sample VM while it is there. */
  async list(): Promise<VmList> {
    const [list, sample] = await Promise.all([
      listVms(this.#tartHome(), this.#ports.clock.now()),
      this.#sample().rows(),
    ]);
    return { ...list, vms: [...list.vms, ...sample] };
  }

  /** Cached images, those with a defect as well. */
  async images(): Promise<readonly Vm[]> {
    const { vms } = await this.list();
    return vms.filter(({ kind }) => kind === 'image');
  }

  /** A VM that can be worked with. @throws AppError `vm.notFound`, and the VM's own defect */
  async find(vmId: string): Promise<Vm> {
    const found = (await localVm(this.#tartHome(), vmId)) ?? (await this.list()).vms.find(({ id }) => id === vmId);
    if (found === undefined) throw new AppError('vm.notFound', { name: vmId, tartHome: this.#tartHome() });
    if (found.defect !== null) throw AppError.fromData(found.defect);
    return found;
  }

  handlers(): Handlers<VmMethodName> {
    return {
      'vms.list': () => this.list(),
      'vms.known': async ({ vmId, against }, signal) =>
        await knownOfVm(this.#looking, await this.find(vmId), against, signal),
    };
  }

  async close(): Promise<void> {
    await this.#watcher?.close();
  }
}
