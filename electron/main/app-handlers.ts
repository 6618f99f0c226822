import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName, HostMethodName, MethodOutput } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ReportFormat } from '../../shared/models/report.ts';

/** What the methods of the host need of Electron. */
export interface AppHandlerParts {
  readonly engine: Handlers<EngineMethodName>;
  readonly info: () => MethodOutput<'app.info'>;
  /** The page hears commands of the menu bar from now on. */
  readonly listening: () => void;
  readonly showFolder: (folder: string) => void;
  /** The system's dialog; null = cancelled. */
  readonly chooseFolder: () => Promise<string | null>;
  /** An archive that is there. */
  readonly chooseArchive: () => Promise<string | null>;
  /** An archive that is to be written; a name is offered. */
  readonly chooseArchiveTarget: (name: string) => Promise<string | null>;
  /** A report that is to be written in one of its forms; a name is offered. */
  readonly chooseReportTarget: (name: string, format: ReportFormat) => Promise<string | null>;
  readonly copyText: (text: string) => void;
}

/** The methods that the window's host answers itself. */
export function createAppHandlers(parts: AppHandlerParts): Handlers<HostMethodName> {
  return {
    'app.info': () => Promise.resolve(parts.info()),
    'app.listening': () => {
      parts.listening();
      return Promise.resolve(null);
    },
    'app.revealVm': async ({ vmId }, signal) => {
      // The folder comes from the list, never from the window.
      const { vms, tartHome } = await parts.engine['vms.list'](null, signal);
      const vm = vms.find((candidate) => candidate.id === vmId);
      if (vm === undefined) throw new AppError('vm.notFound', { name: vmId, tartHome });
      parts.showFolder(vm.folder);
      return null;
    },
    'app.chooseFolder': async () => await parts.chooseFolder(),
    'app.chooseArchive': async () => await parts.chooseArchive(),
    'app.chooseArchiveTarget': async ({ name }) => await parts.chooseArchiveTarget(name),
    'app.chooseReportTarget': async ({ name, format }) => await parts.chooseReportTarget(name, format),
    'app.copyText': ({ text }) => {
      parts.copyText(text);
      return Promise.resolve(null);
    },
  };
}
