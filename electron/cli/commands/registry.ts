import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Certificate, CertificateChain } from '../../../shared/models/certificate.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { RegistryChoices } from '../../../shared/models/registry-choices.ts';
import { capabilitiesText } from '../capability-text.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { table } from '../table.ts';

/** Options of `tartan registry add`. */
export interface AddRegistryOptions extends CommonOptions {
  readonly name?: string;
  /** `--no-insecure` takes the choice back. */
  readonly insecure?: boolean;
  /** A file; false = `--no-ca`, none from now on. */
  readonly ca?: string | false;
  /** SHA-256 of a certificate; false = `--no-accept-certificate`. */
  readonly acceptCertificate?: string | false;
  /** 0 = as the settings say. */
  readonly concurrency?: number;
  /** Bytes a second; 0 = as the settings say. */
  readonly bandwidth?: number;
}

/** Options of `tartan registry probe`. */
export interface ProbeOptions extends CommonOptions {
  readonly repository?: string;
  readonly write?: boolean;
}

const LEAST_BANDWIDTH = 65_536;

/** Parses `--bandwidth`: megabytes a second, 0 = none. Answers bytes a second. */
export function bandwidthOption(text: string): number {
  const bytes = Math.round(Number(text) * 1_000_000);
  if (!Number.isSafeInteger(bytes) || (bytes !== 0 && bytes < LEAST_BANDWIDTH))
    throw new InvalidArgumentError('Megabytes a second are expected, at least 0.07; 0 = no limit.');
  return bytes;
}

/** Parses `--accept-certificate`: SHA-256 in hexadecimal digits, with or without colons. */
export function fingerprintOption(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new InvalidArgumentError('A SHA-256 fingerprint of 64 hexadecimal digits is expected.');
  return digits;
}

/** The exception for a certificate, if it is the one that the registry shows. @throws AppError `registry.tls` */
async function exceptionOf(
  context: CommandContext,
  host: string,
  fingerprint: string,
): Promise<NonNullable<RegistryChoices['exception']>> {
  const { chain } = await call(context, 'registries.certificate', { host });
  const [shown] = chain;
  if (shown?.fingerprint !== fingerprint) throw new AppError('registry.tls', { host, reason: 'CERT_CHANGED' });
  return { fingerprint, subject: shown.subject, issuer: shown.issuer, validTo: shown.validTo };
}

async function choicesOf(
  context: CommandContext,
  host: string,
  options: AddRegistryOptions,
): Promise<Partial<RegistryChoices>> {
  const { name, insecure, ca, acceptCertificate: accepted, concurrency, bandwidth } = options;
  return {
    ...(name === undefined ? {} : { name: name.trim() === '' ? null : name }),
    ...(insecure === undefined ? {} : { insecure }),
    ...(ca === undefined ? {} : { ca: ca === false ? null : await textOf(ca) }),
    ...(accepted === undefined
      ? {}
      : { exception: accepted === false ? null : await exceptionOf(context, host, accepted) }),
    ...(concurrency === undefined ? {} : { concurrency: concurrency === 0 ? null : concurrency }),
    ...(bandwidth === undefined ? {} : { bandwidth: bandwidth === 0 ? null : bandwidth }),
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('file.unreadable', { path, reason }, { cause });
  }
}

/** `tartan registry add`: adds a registry that answers, or chooses anew for one; tests it by reading. */
export async function addRegistry(
  context: CommandContext,
  host: string,
  options: AddRegistryOptions,
): Promise<undefined> {
  const choices = await choicesOf(context, host, options);
  const registry = await call(context, 'registries.add', { host, ...choices });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(registry, null, 2));
    return;
  }
  if (registry.capabilities !== null) context.terminal.out(capabilitiesText(registry.capabilities));
  context.terminal.note(`${host} is in the list of registries.`);
}

function stateOf({ health, error }: Registry): string {
  return error === null ? health : `${health}: ${error.code}`;
}

/** `tartan registry list`: what is known of registries. Makes no request. */
export async function listRegistries(context: CommandContext, options: CommonOptions): Promise<undefined> {
  const registries = await call(context, 'registries.list', null);
  if (options.json === true) {
    context.terminal.out(JSON.stringify(registries, null, 2));
    return;
  }
  context.terminal.out(
    table<Registry>(
      [
        { title: 'Registry', align: 'left', cell: ({ host }) => host },
        {
          title: 'Name',
          align: 'left',
          cell: ({ choices, thisComputer }) => choices.name ?? (thisComputer ? 'this computer' : ''),
        },
        { title: 'Product', align: 'left', cell: ({ capabilities }) => capabilities?.product ?? '' },
        { title: 'Repositories', align: 'right', cell: ({ repositories }) => String(repositories.length) },
        { title: 'Trust', align: 'left', cell: ({ choices }) => trustWords(choices) },
        { title: 'State', align: 'left', cell: stateOf },
      ],
      registries,
    ),
  );
}

function trustWords({ insecure, ca, exception }: RegistryChoices): string {
  if (insecure) return 'plain http';
  if (exception !== null) return 'accepted certificate';
  return ca === null ? '' : 'own authority';
}

/** `tartan registry remove`: takes a registry off the list, with what was chosen for it. Nothing in it is touched. */
export async function removeRegistry(
  context: CommandContext,
  host: string,
  options: CommonOptions,
): Promise<undefined> {
  const listed = (await call(context, 'registries.list', null)).some((registry) => registry.host === host);
  // Also where it is not listed: something may have been chosen for it.
  await call(context, 'registries.remove', { host });
  if (!listed) context.terminal.note(`${host} was not on the list.`);
  if (options.json === true) context.terminal.out(JSON.stringify({ host }, null, 2));
  else if (listed) context.terminal.note(`${host} is off the list. Nothing in the registry was touched.`);
}

/** `tartan registry probe`: what a registry can do. */
export async function probe(context: CommandContext, host: string, options: ProbeOptions): Promise<undefined> {
  const { repository = null, write = false } = options;
  const capabilities = await call(context, 'registries.probe', { host, repository, write });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(capabilities, null, 2));
    return;
  }
  context.terminal.out(capabilitiesText(capabilities));
  if (write && capabilities.wroteTo !== null) {
    context.terminal.note(
      `Written to ${capabilities.wroteTo}; what was made is taken away again where the registry does that.`,
    );
  }
  for (const reference of capabilities.left) context.terminal.note(`Left behind: ${reference}`);
}

function certificateText({ subject, issuer, fingerprint, validFrom, validTo, names }: Certificate): string {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return [
    subject,
    `  issued by  ${issuer}`,
    `  valid      ${day(validFrom)} to ${day(validTo)}`,
    ...(names.length === 0 ? [] : [`  for        ${names.join(', ')}`]),
    `  SHA-256    ${fingerprint}`,
  ].join('\n');
}

const TRUST: Readonly<Record<CertificateChain['trust'], string>> = {
  usual: 'Trusted by this computer.',
  ownAuthority: 'Trusted by the authority that was chosen for this registry.',
  exception: 'Accepted for this registry.',
  none: 'Not trusted. To accept exactly this one: tartan registry add HOST --accept-certificate SHA-256',
};

/** `tartan registry certificate`: what a registry shows of itself. Nothing is sent. */
export async function showCertificate(
  context: CommandContext,
  host: string,
  options: CommonOptions,
): Promise<undefined> {
  const shown = await call(context, 'registries.certificate', { host });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(shown, null, 2));
    return;
  }
  context.terminal.out(shown.chain.map(certificateText).join('\n'));
  context.terminal.note(TRUST[shown.trust]);
}
