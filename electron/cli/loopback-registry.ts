import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';

/** A registry on this computer for as long as the demonstration runs. */
export interface LoopbackRegistry {
  readonly host: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answers(host: string, child: ChildProcess): Promise<boolean> {
  for (let look = 0; look < 100 && child.exitCode === null; look += 1) {
    try {
      const { statusCode, body } = await request(`http://${host}/v2/`);
      await body.dump();
      if (statusCode === 200) return true;
    } catch {
      // Not listening yet.
    }
    await wait(50);
  }
  return false;
}

/** Starts an installed docker-registry with its data in `folder`; null where none is installed. */
export async function startLoopbackRegistry(folder: string, signal: AbortSignal): Promise<LoopbackRegistry | null> {
  if (spawnSync('docker-registry', ['--version'], { stdio: 'ignore' }).error !== undefined) return null;
  const host = `127.0.0.1:${await freePort()}`;
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'config.yml');
  await writeFile(
    config,
    [
      'version: 0.1',
      'log: {level: error, accesslog: {disabled: true}}',
      `storage: {filesystem: {rootdirectory: ${JSON.stringify(join(folder, 'data'))}}}`,
      `http: {addr: "${host}", secret: demonstration}`,
      '',
    ].join('\n'),
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore', signal });
  child.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  if (!(await answers(host, child))) {
    child.kill();
    return null;
  }
  return {
    host,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Answers on loopback as a registry that holds nothing and takes nothing: enough to make a plan. */
export async function startEmptyRegistry(): Promise<LoopbackRegistry> {
  const server = createHttpServer(({ url }, response) => {
    const isBase = url === '/v2/';
    response.writeHead(isBase ? 200 : 404, { 'Docker-Distribution-Api-Version': 'registry/2.0' });
    response.end(isBase ? '{}' : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `127.0.0.1:${address.port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
