import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { SinkNetwork } from './codec-protocol.ts';
import { publicLookup } from './public-lookup.ts';

const CONNECT_MS = 15_000;

/** What is chosen for connections besides TLS and proxy. Times in ms, sizes in bytes. */
export interface ConnectionOptions {
  readonly connections?: number;
  readonly headersTimeout?: number;
  readonly bodyTimeout?: number;
  readonly maxHeaderSize?: number;
  readonly pipelining?: number;
}

/** Judges a connection before a byte is sent over it: an error ends it. */
export type JudgeConnection = (socket: TLSSocket) => Error | null;

type Connector = ReturnType<typeof buildConnector>;

/**
 * Opens connections with the choices of one origin. With an exception, a certificate that nobody vouches for is taken if
 * it is exactly the accepted one; any other ends the connection with the code `CERT_CHANGED` before anything is sent.
 */
export function openDispatcher(network: SinkNetwork, options: ConnectionOptions): Dispatcher {
  const { exception } = network;
  return exception === null ? openTrusting(network, options) : openJudged(network, options, accepting(exception));
}

function openTrusting({ ca, proxy, publicOnly }: SinkNetwork, options: ConnectionOptions): Dispatcher {
  const tls = {
    ...(ca.length === 0 ? {} : { ca: [...ca] }),
    ...(publicOnly ? { lookup: publicLookup() } : {}),
    timeout: CONNECT_MS,
  };
  return proxy === null
    ? new Agent({ ...options, connect: tls })
    : new ProxyAgent({ ...options, uri: proxy, requestTls: tls });
}

/** The same, with a judge of its own in place of the usual one; `authorized` of a socket tells what that one found. */
export function openJudged(
  { ca, proxy, publicOnly }: SinkNetwork,
  options: ConnectionOptions,
  judge: JudgeConnection,
): Dispatcher {
  const tls = {
    ...(ca.length === 0 ? {} : { ca: [...ca] }),
    ...(publicOnly ? { lookup: publicLookup() } : {}),
    timeout: CONNECT_MS,
    rejectUnauthorized: false,
    // A resumed session shows no certificate chain.
    maxCachedSessions: 0,
  };
  if (proxy === null) return new Agent({ ...options, connect: judged(buildConnector(tls), judge) });
  return new ProxyAgent({
    ...options,
    uri: proxy,
    requestTls: tls,
    // The agent hands over the connector that goes through its tunnel.
    factory: (origin, given) => {
      // undici's types say `Object`; they are its options of a pool.
      const { connect, ...others } = given as Pool.Options;
      return new Pool(origin, {
        ...others,
        ...(typeof connect === 'function' ? { connect: judged(connect, judge) } : {}),
      });
    },
  });
}

function judged(connect: Connector, judge: JudgeConnection): Connector {
  return (options, callback) => {
    connect(options, (...[error, socket]: [Error, null] | [null, Socket | TLSSocket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      const refusal = socket instanceof TLSSocket ? judge(socket) : null;
      if (refusal === null) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(refusal, null);
    });
  };
}

function accepting(fingerprint: string): JudgeConnection {
  return (socket) =>
    socket.authorized || fingerprintOf(socket) === fingerprint
      ? null
      : Object.assign(new Error('another certificate than the accepted one'), { code: 'CERT_CHANGED' });
}

/** SHA-256 of the certificate at the other end: 64 lower-case hexadecimal digits. */
function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
}
