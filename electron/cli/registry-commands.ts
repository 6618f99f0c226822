import type { Command } from 'commander';
import type { CommandContext, CommonOptions } from './command-context.ts';
import { wholeNumber } from './commands/push-options.ts';
import {
  type AddRegistryOptions,
  addRegistry,
  bandwidthOption,
  fingerprintOption,
  listRegistries,
  type ProbeOptions,
  probe,
  removeRegistry,
  showCertificate,
} from './commands/registry.ts';

/** Adds `registry add`, `list`, `remove`, `probe` and `certificate`. */
export function addRegistryCommands(
  registry: Command,
  context: CommandContext,
  finish: (options: CommonOptions, work: () => Promise<number | undefined>) => Promise<void>,
): void {
  registry
    .command('add')
    .description('add a registry, or choose anew for one that is there; what is not said stays as it was')
    .argument('<host>', 'host[:port]')
    .option('--name <name>', 'its name in lists')
    .option('--insecure', 'plain http')
    .option('--no-insecure', 'https again')
    .option('--ca <file>', 'trust the certificates of this PEM file for it')
    .option('--no-ca', 'trust only what this computer trusts')
    .option('--accept-certificate <sha256>', 'accept exactly this certificate', fingerprintOption)
    .option('--no-accept-certificate', 'accept it no longer')
    .option('--concurrency <n>', 'layers at once over all jobs; 0 = as the settings say', wholeNumber(0, 16))
    .option('--bandwidth <MB>', 'megabytes a second over all jobs; 0 = as the settings say', bandwidthOption)
    .option('--json', 'print one JSON document')
    .action((host: string, options: AddRegistryOptions) => finish(options, () => addRegistry(context, host, options)));
  registry
    .command('list')
    .description('what is known of registries; no request is made')
    .option('--json', 'print one JSON document')
    .action((options: CommonOptions) => finish(options, () => listRegistries(context, options)));
  registry
    .command('remove')
    .description('take a registry off the list, with what was chosen for it')
    .argument('<host>', 'host[:port]')
    .option('--json', 'print one JSON document')
    .action((host: string, options: CommonOptions) => finish(options, () => removeRegistry(context, host, options)));
  registry
    .command('probe')
    .description('test what a registry can do, by reading alone')
    .argument('<host>', 'host[:port]')
    .option('--write', 'also write small blobs and tags to a repository of the test, and take them away again')
    .option('--repository <name>', 'the repository of the test, instead of tartan/probe')
    .option('--json', 'print one JSON document')
    .action((host: string, options: ProbeOptions) => finish(options, () => probe(context, host, options)));
  registry
    .command('certificate')
    .description('the certificate that a registry shows, and who vouches for it; nothing is sent')
    .argument('<host>', 'host[:port]')
    .option('--json', 'print one JSON document')
    .action((host: string, options: CommonOptions) => finish(options, () => showCertificate(context, host, options)));
}
