import { describe, expect, it } from 'vitest';
import { answerError, attemptsAfter, isPassing, networkError } from './answer-error.ts';

describe('an error of a registry', () => {
  it('names the request without what is signed into its address, and without a sign-in that the answer repeats', () => {
    const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'bad header: Bearer abcdefgh.ijkl-mnop' }] });
    const url = 'https://registry.example/v2/team/vm/blobs/uploads/7?_state=signed-secret&more=1';
    const error = answerError('registry.example', 'PATCH', url, { status: 500, headers: {}, body }).toData();

    expect({ code: error.code, params: error.params }).toEqual({
      code: 'registry.unavailable',
      params: {
        host: 'registry.example',
        status: 500,
        registryCode: 'UNKNOWN',
        registryMessage: 'bad header: Bearer •••',
        request: 'PATCH https://registry.example/v2/team/vm/blobs/uploads/7',
        digest: null,
        digests: '',
      },
    });
  });

  it.each([
    ['PROXY_407', false],
    ['PROXY_403', false],
    ['PROXY_502', true],
    ['ECONNREFUSED', true],
  ])('passes by itself, or not: %s %s', (reason, passes) => {
    expect(isPassing(networkError('registry.example', reason))).toBe(passes);
  });

  it.each([
    ['ENOTFOUND', 2],
    ['PROXY_ENOTFOUND', 2],
    ['EAI_AGAIN', 5],
    ['ECONNREFUSED', 5],
    ['UND_ERR_SOCKET', 5],
  ])('is worth as many tries as its reason promises: %s %i', (reason, tries) => {
    expect(attemptsAfter(networkError('registry.example', reason))).toBe(tries);
  });
});
