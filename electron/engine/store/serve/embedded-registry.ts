import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Log } from '../../ports.ts';
import type { OciStore } from '../oci-store.ts';
import { type AccessRules, checkAccess } from './access-check.ts';
import { type ApiAnswer, type ApiCall, jsonAnswer } from './api-call.ts';
import { ApiError, apiErrorOf } from './api-error.ts';
import { type ApiPath, parseApiPath } from './api-path.ts';
import { deleteBlob, readBlob } from './blob-endpoint.ts';
import { listCatalog, listReferrers, listTags } from './list-endpoints.ts';
import { deleteManifest, readManifest, writeManifest } from './manifest-endpoints.ts';
import { UploadEndpoints } from './upload-endpoints.ts';
import { UploadSessions } from './upload-sessions.ts';

/** A connection on which nothing moves for this long is closed: its upload can be resumed. */
const IDLE_MS = 5 * 60_000;
const LOOPBACK = '127.0.0.1';

/** What a registry is started with. */
export interface EmbeddedRegistryOptions {
  readonly store: OciStore;
  readonly log: Log;
  /** 0 = any free port. */
  readonly port: number;
  readonly token: string | null;
  readonly readOnly: boolean;
}

/** A running registry. */
export interface EmbeddedRegistry {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Ends connections; uploads that were under way can be resumed after the next start. */
  close(): Promise<void>;
}

/**
 * Starts an OCI registry (distribution-spec 1.1, all four categories) over a store, on loopback.
 *
 * @throws AppError `serve.portBusy`
 */
export async function startEmbeddedRegistry(options: EmbeddedRegistryOptions): Promise<EmbeddedRegistry> {
  const { store, log, token, readOnly } = options;
  const sessions = new UploadSessions(store);
  await sessions.load();
  const uploads = new UploadEndpoints(store, sessions);
  const server = makeServer();
  let rules: AccessRules = { port: options.port, token, readOnly };
  server.addHook('onRequest', async (request) => {
    await Promise.resolve();
    checkAccess(request.method, request.headers, rules);
  });
  server.all('*', async (request, reply) => {
    const [path = '', query = ''] = request.raw.url?.split(/\?(.*)/s, 2) ?? [];
    const call: ApiCall = { method: request.method, query: new URLSearchParams(query), request: request.raw };
    return await send(reply, await answer(store, uploads, call, parseApiPath(path)));
  });
  server.setErrorHandler((thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const error = apiErrorOf(thrown);
    if (error.status >= 500) log.warn('embedded registry', { method: request.method, status: error.status });
    return send(reply, jsonAnswer({ errors: error.entries }, error.headers, error.status));
  });
  const port = await listen(server, options.port);
  rules = { ...rules, port };
  return { address: `${LOOPBACK}:${port}`, close: () => server.close() };
}

function makeServer(): FastifyInstance {
  const server = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    connectionTimeout: IDLE_MS,
    // A layer may take as long as it takes; what stands still is closed by the line above.
    requestTimeout: 0,
    routerOptions: { maxParamLength: 1024 },
  });
  // Bodies are streams that the endpoints read.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
  return server;
}

async function listen(server: FastifyInstance, port: number): Promise<number> {
  try {
    await server.listen({ host: LOOPBACK, port });
  } catch (cause) {
    await server.close();
    throw new AppError('serve.portBusy', { port }, { cause });
  }
  const address = server.server.address();
  return address !== null && typeof address === 'object' ? address.port : port;
}

function send(reply: FastifyReply, { status, headers, body }: ApiAnswer): FastifyReply {
  void reply.code(status).headers({ 'docker-distribution-api-version': 'registry/2.0', ...headers });
  return reply.send(body ?? undefined);
}

function noEndpoint(): ApiError {
  return new ApiError(404, { code: 'UNSUPPORTED', message: 'no such endpoint' });
}

function noMethod(): ApiError {
  return new ApiError(405, { code: 'UNSUPPORTED', message: 'the operation is unsupported' });
}

async function answer(
  store: OciStore,
  uploads: UploadEndpoints,
  call: ApiCall,
  path: ApiPath | null,
): Promise<ApiAnswer> {
  const reads = call.method === 'GET' || call.method === 'HEAD';
  switch (path?.kind) {
    case undefined:
      throw noEndpoint();
    case 'base':
      if (reads) return jsonAnswer({});
      break;
    case 'catalog':
      if (reads) return await listCatalog(store, call);
      break;
    case 'tags':
      if (reads) return await listTags(store, call, path.repository);
      break;
    case 'referrers':
      if (reads) return await listReferrers(store, call, path.repository, path.digest);
      break;
    case 'manifest':
      if (reads) return await readManifest(store, call, path.repository, path.reference);
      if (call.method === 'PUT') return await writeManifest(store, call, path.repository, path.reference);
      if (call.method === 'DELETE') return await deleteManifest(store, path.repository, path.reference);
      break;
    case 'blob':
      if (reads) return await readBlob(store, call, path.repository, path.digest);
      if (call.method === 'DELETE') return await deleteBlob(store, path.repository, path.digest);
      break;
    case 'uploads':
      if (call.method === 'POST') return await uploads.start(call, path.repository);
      break;
    case 'session':
      if (call.method === 'GET') return uploads.status(path.repository, path.id);
      if (call.method === 'PATCH') return await uploads.append(call, path.repository, path.id);
      if (call.method === 'PUT') return await uploads.close(call, path.repository, path.id);
      if (call.method === 'DELETE') return await uploads.cancel(path.repository, path.id);
      break;
  }
  throw noMethod();
}
