import { join } from 'node:path';
import type { Emit, Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '../../shared/models/settings.ts';
import type { EnginePorts } from './ports.ts';
import { JsonFile } from './state/json-file.ts';

type SettingsMethodName = Extract<EngineMethodName, `settings.${string}`>;

/** What changes with the settings. */
export interface SettingsFollower {
  /** Before they are kept: what cannot be changed is refused here. @throws AppError */
  readonly prepare: (next: Settings, before: Settings) => Promise<void>;
  /** They hold now, and everybody was told. */
  readonly follow: (settings: Settings, before: Settings) => Promise<void>;
}

/** The settings of one engine: a file in its state folder, read once, written at every change. */
export class SettingsService {
  readonly #file: JsonFile<Settings>;
  readonly #emit: Emit;
  readonly #follower: SettingsFollower;
  #settings: Settings = DEFAULT_SETTINGS;

  constructor({ paths, log }: EnginePorts, emit: Emit, follower: SettingsFollower) {
    this.#file = new JsonFile(join(paths.stateHome, 'settings.json'), settingsSchema, DEFAULT_SETTINGS, log);
    this.#emit = emit;
    this.#follower = follower;
  }

  /** The settings that hold now; the defaults until {@link open}. */
  get current(): Settings {
    return this.#settings;
  }

  async open(): Promise<void> {
    this.#settings = await this.#file.read();
  }

  handlers(): Handlers<SettingsMethodName> {
    return {
      'settings.get': () => Promise.resolve(this.#settings),
      'settings.set': (settings) => this.#set(settings),
    };
  }

  async #set(settings: Settings): Promise<Settings> {
    const before = this.#settings;
    await this.#follower.prepare(settings, before);
    await this.#file.write(settings);
    this.#settings = settings;
    this.#emit('settings.changed', settings);
    await this.#follower.follow(settings, before);
    return settings;
  }
}
