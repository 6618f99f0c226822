import { isIP } from 'node:net';

/** The host name of `host[:port]` without brackets. */
export function hostNameOf(host: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(host)?.[1];
  return bracketed ?? host.replace(/:\d+$/, '');
}

/** localhost, *.localhost, 127.0.0.0/8 and ::1: plain http is tried first there. */
export function isLoopback(host: string): boolean {
  const name = hostNameOf(host).toLowerCase();
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/** Literal addresses that a public registry has no business to send us to. */
export function isPrivateAddress(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopback(bare)) return true;
  if (isIP(bare) === 4) {
    const [first = 0, second = 0] = bare.split('.').map(Number);
    return (
      first === 10 ||
      first === 0 ||
      (first === 172 && second >= 16 && second < 32) ||
      (first === 192 && second === 168) ||
      (first === 169 && second === 254)
    );
  }
  return (
    isIP(bare) === 6 && (/^f[cd]/.test(bare) || /^fe[89ab]/.test(bare) || bare.startsWith('::ffff:') || bare === '::')
  );
}

/** Whether a registry may send us (realm, redirect, upload location) to another host. */
export function mayLeadTo(registryHost: string, target: URL): boolean {
  if (target.username !== '' || target.password !== '') return false;
  return !isPrivateAddress(target.hostname) || isPrivateAddress(hostNameOf(registryHost));
}
