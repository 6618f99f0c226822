import { homedir, userInfo } from 'node:os';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The facts of a host process that decide where things lie and how programs are found. */
export interface HostFacts {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** The person's home folder. */
  readonly home: string;
}

/** The facts of this process. */
export function hostFacts(env: Environment): HostFacts {
  return { env, platform: process.platform, home: homeOf() };
}

/** An empty HOME would make all that lies in it relative to the current folder: then what the system knows of the user counts. */
function homeOf(): string {
  const home = homedir();
  return home === '' ? userInfo().homedir : home;
}
