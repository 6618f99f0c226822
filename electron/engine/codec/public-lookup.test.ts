import type { lookup } from 'node:dns';
import { createServer } from 'node:http';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { openDispatcher } from './open-dispatcher.ts';
import { isPrivateIp, publicLookup } from './public-lookup.ts';

describe('where a public registry may lead', () => {
  it('is no address of this computer or of a private network', () => {
    const table = {
      private: ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.0.1', '169.254.169.254', '0.0.0.0', '100.64.0.1'],
      privateV6: ['::1', '::', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1'],
      public: ['8.8.8.8', '172.32.0.1', '192.167.0.1', '2001:4860:4860::8888', '::ffff:8.8.8.8'],
    };
    expect(
      Object.fromEntries(Object.entries(table).map(([name, list]) => [name, [...new Set(list.map(isPrivateIp))]])),
    ).toEqual({ private: [true], privateV6: [true], public: [false] });
  });

  it('is judged by every address that its name has', async () => {
    const addresses = new Map([
      ['storage.example', [{ address: '8.8.8.8', family: 4 }]],
      ['both.example', [...[{ address: '8.8.8.8', family: 4 }], ...[{ address: '10.0.0.1', family: 4 }]]],
    ]);
    // The overloads of the system's resolver; this one is asked with `all` only.
    const resolve = ((name: string, _options: object, done: (error: Error | null, found: unknown) => void) =>
      done(null, addresses.get(name) ?? [])) as unknown as typeof lookup;
    const ask = (name: string): Promise<unknown> =>
      new Promise((answer) => {
        publicLookup(resolve)(name, {}, (error, address) => answer(error === null ? address : error.code));
      });
    expect(await Promise.all(['storage.example', 'both.example', 'gone.example'].map(ask))).toEqual([
      '8.8.8.8',
      'PRIVATE_ADDRESS',
      'ENOTFOUND',
    ]);
  });

  it('is refused at the moment of connecting, before a byte is sent', async () => {
    let asked = 0;
    const server = createServer((_incoming, outgoing) => {
      asked += 1;
      outgoing.end('inside');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = `http://localhost:${address.port}/`;
    const answers: unknown[] = [];
    for (const publicOnly of [true, false]) {
      const dispatcher = openDispatcher({ ca: [], proxy: null, exception: null, publicOnly }, {});
      answers.push(
        await request(url, { dispatcher }).then(
          ({ statusCode }) => statusCode,
          (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
        ),
      );
      await dispatcher.destroy();
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect({ answers, asked }).toEqual({ answers: ['PRIVATE_ADDRESS', 200], asked: 1 });
  });
});
