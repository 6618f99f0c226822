import { Command, CommanderError, Option } from 'commander';
import { AppError } from '../../shared/errors/app-error.ts';
import { type CommandContext, type CommonOptions, runCommand, tellError } from './command-context.ts';
import { type CompareOptions, compare } from './commands/compare.ts';
import { type CopyCommandOptions, copy } from './commands/copy.ts';
import { demo } from './commands/demo.ts';
import { inspect } from './commands/inspect.ts';
import { cancelJob, listJobs, logJob, resumeJob } from './commands/jobs.ts';
import { list } from './commands/list.ts';
import { plan } from './commands/plan.ts';
import { push } from './commands/push.ts';
import { digestOption, labelOption, type PushOptions, wholeNumber } from './commands/push-options.ts';
import { type RebuildOptions, rebuildIndex } from './commands/rebuild-index.ts';
import { momentOption, type ReportOptions, report } from './commands/report.ts';
import { type ServeOptions, serve } from './commands/serve.ts';
import { type LoginOptions, login, logout } from './commands/sign-in.ts';
import {
  type CheckOptions,
  checkStored,
  collectStored,
  type ExportOptions,
  exportStored,
  type ImportOptions,
  importStored,
  listStore,
  tagStored,
  untagStored,
} from './commands/store.ts';
import { verify } from './commands/verify.ts';
import { EXIT } from './exit-status.ts';
import { helpArguments } from './help-arguments.ts';
import { addRegistryCommands } from './registry-commands.ts';
import { addSnapshotCommands } from './snapshot-commands.ts';
import { addTagCommands } from './tag-commands.ts';

type Finish = (options: CommonOptions, work: () => Promise<number | undefined>) => Promise<void>;

function withPushOptions(command: Command): Command {
  return command
    .argument('<vm>', 'a local VM, or a cached image by its reference')
    .argument('<reference...>', 'host[:port]/repository[:tag], or oci:DIR[:tag] for an image layout')
    .option('--insecure', 'plain http')
    .option('--concurrency <n>', 'layers in flight', wholeNumber(1, 16))
    .option(
      '--chunk-size <MB>',
      'upload in pieces of this many megabytes; 0 = as the registry likes it',
      wholeNumber(0, 1000),
    )
    .option('--label <key=value>', 'a label of the image; may be repeated', labelOption)
    .option('--keep-local', 'keep a copy in the local store, under the same repository and tag')
    .option(
      '--send-again [digest]',
      'send a layer, or everything, although the registry says that it has it; may be repeated',
      digestOption,
    )
    .option('--new-manifest', 'push a cached image with a new manifest (new digest) if it cannot be pushed as it is')
    .option('--json', 'print one JSON document');
}

function addImageCommands(program: Command, context: CommandContext, finish: Finish): void {
  program
    .command('inspect')
    .description('manifest, layers and sizes of a remote image, and which tags share its digest')
    .argument('<reference>')
    .option('--insecure', 'plain http')
    .option('--json', 'print one JSON document')
    .action((reference: string, options: CommonOptions & { insecure?: boolean }) =>
      finish(options, () => inspect(context, reference, options)),
    );
  program
    .command('verify')
    .description('every blob there, right size; --deep reads them')
    .argument('<reference>')
    .option('--deep', 'read every blob and check its digest')
    .option('--insecure', 'plain http')
    .option('--json', 'print one JSON document')
    .action((reference: string, options: CommonOptions & { insecure?: boolean; deep?: boolean }) =>
      finish(options, () => verify(context, reference, options)),
    );
}

function addCopyCommand(program: Command, context: CommandContext, finish: Finish): void {
  program
    .command('copy')
    .description('copy an image, its manifest bytes as they are; what is there is not sent')
    .argument('<source>', 'host[:port]/repository[:tag|@digest], or oci:DIR[:tag|@digest] for an image layout')
    .argument('<target...>', 'host[:port]/repository[:tag|@digest], or oci:DIR[:tag]')
    .option('--all-tags', 'every tag of the source repository, under the same names; source and targets have no tag')
    .option('--referrers', 'signatures, attestations and whatever else refers to the image, too')
    .option('--skip-existing', 'a tag of a target that has another image stays where it is')
    .option('--dry-run', 'only say what would be sent')
    .option('--insecure', 'plain http')
    .option('--concurrency <n>', 'blobs at once with each registry', wholeNumber(1, 16))
    .option('--force', 'move a tag even if it moved meanwhile')
    .option('--wait', 'wait while the network is away in the middle of the copy, in place of ending')
    .option('--json', 'print one JSON document')
    .action((source: string, targets: string[], options: CopyCommandOptions) =>
      finish(options, () => copy(context, source, targets, options)),
    );
}

function addJobCommands(program: Command, context: CommandContext, finish: Finish): void {
  const jobs = program.command('jobs').description('running and recorded jobs');
  jobs
    .command('list')
    .option('--json', 'print one JSON document')
    .action((options: CommonOptions) => finish(options, () => listJobs(context, options)));
  jobs
    .command('resume')
    .argument('<id>')
    .option('--json', 'print one JSON document')
    .action((id: string, options: CommonOptions) => finish(options, () => resumeJob(context, id, options)));
  jobs
    .command('cancel')
    .argument('<id>')
    .action((id: string) => finish({}, () => cancelJob(context, id)));
  jobs
    .command('log')
    .argument('<id>')
    .option('--json', 'print one JSON document')
    .action((id: string, options: CommonOptions) => finish(options, () => logJob(context, id, options)));
}

function addReportCommand(program: Command, context: CommandContext, finish: Finish): void {
  const choices = (flags: string, text: string, values: readonly string[]): Option =>
    new Option(flags, text).choices(values);
  program
    .command('report')
    .description('what deduplication saved: against tart push, and against a plain upload')
    .option('--since <date>', 'from this day (2026-11-26) on, or for so long (30d, 8w)', momentOption)
    .option('--until <date>', 'before this day or moment', momentOption)
    .option('--registry <host>', 'only what went to this registry')
    .addOption(choices('--by <stretch>', 'stretches of time of the files', ['day', 'week', 'month']).default('week'))
    .addOption(
      choices('--format <form>', 'table by default, or as the file is named', ['table', 'json', 'csv', 'html']),
    )
    .option('--output <file>', 'write a file')
    .option('--json', 'print one JSON document')
    .action((options: ReportOptions) => finish(options, () => report(context, options)));
}

/** What can be a side of a comparison. */
const COMPARED =
  'a local VM, snapshot:ID or snapshot:VM for its newest one, or host[:port]/repository[:tag|@digest]: in Tart’s cache, else in the registry';

function addCompareCommand(program: Command, context: CommandContext, finish: Finish): void {
  program
    .command('compare')
    .description('two of VMs, snapshots and images chunk by chunk, by what is known of them; no disk is read')
    .argument('<a>', COMPARED)
    .argument('<b>', COMPARED)
    .addOption(
      new Option('--format <form>', 'table by default, or as the file is named').choices([
        'table',
        'json',
        'csv',
        'html',
      ]),
    )
    .option('--output <file>', 'write a file')
    .option('--json', 'print one JSON document')
    .action((a: string, b: string, options: CompareOptions) => finish(options, () => compare(context, a, b, options)));
}

function addSignInCommands(registry: Command, context: CommandContext, finish: Finish): void {
  registry
    .command('login')
    .description('sign in to a registry; kept by Docker’s credential helper for it or in the keychain')
    .argument('<host>', 'host[:port]')
    .requiredOption('-u, --username <name>', 'account')
    .requiredOption('--password-stdin', 'read the password or token from standard input')
    .addOption(
      new Option('--store <place>', 'file: auth.json in the state folder, for this user only').choices(['file']),
    )
    .option('--insecure', 'plain http')
    .option('--json', 'print one JSON document')
    .action((host: string, options: LoginOptions) => finish(options, () => login(context, host, options)));
  registry
    .command('logout')
    .description('take away the sign-in that this app keeps, and name those that it cannot remove')
    .argument('<host>', 'host[:port]')
    .option('--json', 'print one JSON document')
    .action((host: string, options: CommonOptions) => finish(options, () => logout(context, host, options)));
}

function addTransferCommands(store: Command, context: CommandContext, finish: Finish): void {
  store
    .command('import')
    .description('images from an OCI image layout, or from a tar archive of one or of docker save')
    .argument('<source>', 'a folder or an archive')
    .argument('[name...]', 'images of the source; all by default')
    .option('--as <name>', 'repository:tag for the one image that comes')
    .option('--json', 'print one JSON document')
    .action((source: string, names: string[], options: ImportOptions) =>
      finish(options, () => importStored(context, source, names, options)),
    );
  store
    .command('export')
    .description('images into an OCI image layout of their own')
    .argument('<target>', 'a folder, or a file that ends in .tar')
    .argument('[name...]', 'images; all by default')
    .option('--archive', 'a tar archive, whatever its name')
    .option('--json', 'print one JSON document')
    .action((target: string, names: string[], options: ExportOptions) =>
      finish(options, () => exportStored(context, target, names, options)),
    );
}

function addStoreCommands(program: Command, context: CommandContext, finish: Finish): void {
  const store = program.command('store').description('the local store of images, an OCI image layout');
  addTransferCommands(store, context, finish);
  store
    .command('collect')
    .description('free what no image needs')
    .option('--preview', 'only say what that would be')
    .option('--json', 'print one JSON document')
    .action((options: CommonOptions & { preview?: boolean }) => finish(options, () => collectStored(context, options)));
  store
    .command('check')
    .description('read every blob and compare it with its digest')
    .option('--repair', 'fetch what is damaged from a registry that has it')
    .option('--from <repository...>', 'host/repository to ask first; repairs')
    .option('--insecure', 'plain http')
    .option('--json', 'print one JSON document')
    .action((options: CheckOptions) => finish(options, () => checkStored(context, options)));
  store
    .command('list')
    .description('its images')
    .option('--json', 'print one JSON document')
    .action((options: CommonOptions) => finish(options, () => listStore(context, options)));
  store
    .command('tag')
    .description('another name for an image')
    .argument('<name>', 'repository:tag')
    .argument('<as>', 'repository:tag')
    .action((from: string, to: string) => finish({}, () => tagStored(context, from, to)));
  store
    .command('untag')
    .description('take names away; collect frees their space')
    .argument('<name...>', 'repository:tag')
    .action((names: string[]) => finish({}, () => untagStored(context, names)));
  program
    .command('serve')
    .description('the local store as a registry on this computer')
    .option('--port <n>', 'port on 127.0.0.1; 0 = any free one', wholeNumber(0, 65_535))
    .option('--token [token]', 'ask for this password; without a value one is made up')
    .option('--read-only', 'take no changes')
    .option('--json', 'print one JSON document')
    .action((options: ServeOptions) => finish(options, () => serve(context, options)));
}

/**
 * Parses the command line and runs the command.
 *
 * @param args the arguments behind the program's name
 * @returns the exit status
 */
export async function runProgram(args: readonly string[], context: CommandContext, version: string): Promise<number> {
  let status: number = EXIT.done;
  const finish: Finish = async (options, work) => {
    status = await runCommand(context, options, work);
  };
  const program = new Command('tartan')
    .description('Pushes Tart VMs to OCI registries, sending only what the registry does not have yet')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.out(text.trimEnd()),
      writeErr: (text) => context.terminal.note(text.trimEnd()),
    });

  program
    .command('list')
    .description('local VMs and cached images')
    .option('--json', 'print one JSON document')
    .action((options: CommonOptions) => finish(options, () => list(context, options)));
  withPushOptions(program.command('plan').description('the plan of a push; nothing is sent')).action(
    (vm: string, references: string[], options: PushOptions) =>
      finish(options, () => plan(context, vm, references, options)),
  );
  withPushOptions(
    program.command('push').description('push a VM to one or more references; read, hash and encode once'),
  )
    .option('--verify', 'read the last byte of every blob back before the manifest is written')
    .option('--force', 'move a tag even if it moved meanwhile')
    .option('--populate-cache', 'put the pushed image into the cache of Tart, too')
    .option('--wait', 'wait while the network is away in the middle of the push, in place of ending')
    .action((vm: string, references: string[], options: PushOptions) =>
      finish(options, () => push(context, vm, references, options)),
    );
  addCopyCommand(program, context, finish);
  addImageCommands(program, context, finish);
  addTagCommands(program, context, finish);
  addJobCommands(program, context, finish);
  addReportCommand(program, context, finish);
  addCompareCommand(program, context, finish);
  addStoreCommands(program, context, finish);
  addSnapshotCommands(program, context, finish);
  program
    .command('index')
    .description('what is known of the content of images and registries')
    .command('rebuild')
    .description('learn it anew: from images on this computer, from what pushes encoded, and from registries')
    .option('--offline', 'ask no registry')
    .option('--json', 'print one JSON document')
    .action((options: RebuildOptions) => finish(options, () => rebuildIndex(context, options)));
  const registry = program.command('registry').description('registries and sign-ins');
  addRegistryCommands(registry, context, finish);
  addSignInCommands(registry, context, finish);
  program
    .command('demo')
    .description('push a small sample VM twice to a registry on this computer and show what the second push saved')
    .action(() => finish({}, () => demo(context)));

  try {
    await program.parseAsync([...helpArguments(program, args)], { from: 'user' });
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return EXIT.done;
      if (args.includes('--json')) {
        const problem = thrown.message.replace(/^error: /, '');
        const usage = new AppError('input.invalid', { method: args[0] ?? '', field: 'arguments', problem });
        return tellError(context.terminal, usage, true);
      }
      return EXIT.usage;
    }
    throw thrown;
  }
  return status;
}
