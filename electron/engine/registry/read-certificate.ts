import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { request } from 'undici';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Certificate, CertificateChain } from '../../../shared/models/certificate.ts';
import { faultCode } from '../codec/fault-code.ts';
import { openJudged } from '../codec/open-dispatcher.ts';
import type { NetworkPort } from '../ports.ts';
import { networkError, throughProxy } from './answer-error.ts';
import { type HostTrust, trustedWith } from './transport.ts';

/** Longer chains are none that anybody verifies. */
const MOST_CERTIFICATES = 10;
/** Ends each look once the server has shown its certificate: nothing is sent. */
const SEEN = 'CERT_SEEN';

interface Look {
  readonly chain: readonly Certificate[];
  /** Null = who was asked to vouch for it does. */
  readonly reason: string | null;
}

/**
 * Reads the certificate that a registry shows, and finds who vouches for it. The connection ends after the handshake, so
 * no request and no sign-in goes to a server that nobody vouches for.
 *
 * @throws AppError `registry.unreachable`, `registry.plainHttp`, `registry.tls`, `proxy.invalid`, `cancelled`
 */
export async function readCertificate(
  host: string,
  network: NetworkPort,
  trust: HostTrust,
  signal: AbortSignal,
): Promise<CertificateChain> {
  const origin = new URL(`https://${host}`).origin;
  const usual = await network.trustedCertificates(new URL(origin).host);
  const proxy = network.proxyFor(origin);
  const look = (ca: readonly string[]): Promise<Look> => lookAt(host, origin, { ca, proxy }, signal);
  const { chain, reason } = await look(usual);
  const own = reason !== null && trust.ca !== null ? await look(trustedWith(trust.ca, usual)) : null;
  const accepted = trust.exception !== null && chain[0]?.fingerprint === trust.exception;
  return {
    host,
    chain: [...(own?.reason === null ? own.chain : chain)],
    trust: reason === null ? 'usual' : own?.reason === null ? 'ownAuthority' : accepted ? 'exception' : 'none',
    reason,
  };
}

async function lookAt(
  host: string,
  origin: string,
  network: { readonly ca: readonly string[]; readonly proxy: string | null },
  signal: AbortSignal,
): Promise<Look> {
  let seen: Look | null = null;
  const dispatcher = openJudged({ ...network, exception: null, publicOnly: false }, {}, (socket) => {
    seen = { chain: chainOf(socket), reason: socket.authorized ? null : reasonOf(socket) };
    return Object.assign(new Error('seen'), { code: SEEN });
  });
  try {
    await request(`${origin}/v2/`, { method: 'GET', dispatcher, signal });
    throw new AppError('internal', { message: 'a connection was not judged' });
  } catch (thrown) {
    // Assigned in a callback, which the flow analysis does not follow.
    const found = seen as Look | null;
    if (found !== null) return found;
    signal.throwIfAborted();
    const code = faultCode(thrown);
    throw networkError(host, network.proxy === null ? code : throughProxy(code), thrown);
  } finally {
    await dispatcher.destroy();
  }
}

/** Node types it as an error; it is the code of one. */
function reasonOf(socket: TLSSocket): string {
  return String(socket.authorizationError);
}

function chainOf(socket: TLSSocket): Certificate[] {
  const chain: Certificate[] = [];
  const known = new Set<string>();
  let next = given(socket.getPeerCertificate(true));
  // A root is its own issuer.
  while (next !== null && !known.has(next.fingerprint256) && chain.length < MOST_CERTIFICATES) {
    known.add(next.fingerprint256);
    chain.push(certificateOf(next));
    next = given(next.issuerCertificate);
  }
  return chain;
}

/** Where there is no certificate Node gives an empty object or nothing, whatever its types say. */
function given(peer: DetailedPeerCertificate | undefined): DetailedPeerCertificate | null {
  return peer !== undefined && Object.hasOwn(peer, 'raw') ? peer : null;
}

function certificateOf(peer: DetailedPeerCertificate): Certificate {
  return {
    subject: nameOf(peer.subject),
    issuer: nameOf(peer.issuer),
    fingerprint: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
    serial: peer.serialNumber,
    validFrom: Date.parse(peer.valid_from),
    validTo: Date.parse(peer.valid_to),
    names: (peer.subjectaltname ?? '')
      .split(', ')
      .filter((name) => name !== '')
      .map((name) => name.replace(/^(DNS|IP Address):/, ''))
      .slice(0, 100),
  };
}

/** The common name, and who that is. */
function nameOf(name: DetailedPeerCertificate['subject']): string {
  // A certificate may lack any part, or have one twice, whatever the types say.
  const parts: readonly unknown[] = [name.CN, name.O, name.OU];
  return parts
    .flat()
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ')
    .slice(0, 500);
}
