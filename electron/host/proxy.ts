import { BlockList, isIP } from 'node:net';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Environment } from './host-facts.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** A variable that is set, by the name that it is set under. */
interface Variable {
  readonly name: string;
  readonly value: string;
}

function variable(env: Environment, upper: string): Variable | null {
  // The lower-case form wins, as in curl.
  const lower = upper.toLowerCase();
  const name = env[lower] === undefined ? upper : lower;
  const value = env[name]?.trim() ?? '';
  return value === '' ? null : { name, value };
}

function isLoopbackName(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

function inSubnet(name: string, entry: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(network);
  const prefix = Number(bits);
  if (family === 0 || isIP(name) !== family || bits === '' || !Number.isInteger(prefix)) return false;
  if (prefix < 0 || prefix > (family === 4 ? 32 : 128)) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, prefix, kind);
  return list.check(name, kind);
}

/** One entry of NO_PROXY: `*`, an address, a subnet, a name with all below it, each but the first with an optional port. */
function excludes(entry: string, name: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inSubnet(name, entry);
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(entry);
  // More than one colon without brackets is a bare IPv6 address.
  const plain = isIP(entry) === 6 ? null : /^(.*?)(?::(\d+))?$/.exec(entry);
  const host = bracketed?.[1] ?? plain?.[1] ?? entry;
  const onlyPort = bracketed?.[2] ?? plain?.[2];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const suffix = host.replace(/^\*?\./, '');
  if (suffix === '') return false;
  return name === suffix || (isIP(name) === 0 && name.endsWith(`.${suffix}`));
}

/**
 * Finds the proxy of an origin in `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (either case). Loopback is never
 * proxied. Only http and https proxies are answered; a SOCKS proxy counts as none. What is no address is not taken for none:
 * who set it does not want a direct connection.
 *
 * The function that is answered throws AppError `proxy.invalid`.
 */
export function createProxyFor(env: Environment): (origin: string) => string | null {
  const excluded = (variable(env, 'NO_PROXY')?.value ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  return (origin) => {
    const url = new URL(origin);
    const name = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
    const port = url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? '') : url.port;
    if (isLoopbackName(name) || excluded.some((entry) => excludes(entry, name, port))) return null;
    const set = variable(env, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? variable(env, 'ALL_PROXY');
    if (set === null) return null;
    const proxy = /^[a-z][a-z0-9+.-]*:\/\//i.test(set.value) ? set.value : `http://${set.value}`;
    const { protocol } = URL.canParse(proxy) ? new URL(proxy) : { protocol: 'none:' };
    if (protocol === 'http:' || protocol === 'https:') return proxy;
    if (protocol.startsWith('socks')) return null;
    // The value stays here: it may hold a password.
    throw new AppError('proxy.invalid', { host: url.host, variable: set.name });
  };
}
