import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import {
  formatReference,
  isDigest,
  isRegistryHost,
  isRepositoryName,
  isTag,
  parseReference,
  type Reference,
} from './reference.ts';

const HEX = '0123456789abcdef'.repeat(4);
const DIGEST = `sha256:${HEX}`;

type Fault = { readonly position: number; readonly expected: string; readonly suggestion: string | null };

function faultOf(input: string): Fault | null {
  try {
    parseReference(input);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'reference.invalid') throw thrown;
    // The three are what the docstring promises.
    const { position, expected, suggestion } = thrown.params as unknown as Fault;
    return { position, expected, suggestion };
  }
}

/** Another form of the grammar, to judge the parser by: the expressions of the distribution specification. */
const OCI = (() => {
  const label = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*';
  const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
  return new RegExp(
    `^${label}(?:\\.${label})*(?::(\\d{1,5}))?(?:/${component})+(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})?$`,
  );
})();

function isValid(input: string): boolean {
  const port = OCI.exec(input)?.[1];
  return OCI.test(input) && (port === undefined || (Number(port) > 0 && Number(port) <= 65_535));
}

const alnum = fc.stringMatching(/^[a-z0-9]{1,4}$/);
const joined = (separators: readonly string[]) =>
  fc
    .tuple(alnum, fc.array(fc.tuple(fc.constantFrom(...separators), alnum), { maxLength: 3 }))
    .map(([first, rest]) => first + rest.flat().join(''));
const reference: fc.Arbitrary<Omit<Reference, 'tartCanPull'>> = fc
  .record({
    host: joined(['.', '-', '--', '.A']),
    port: fc.option(fc.integer({ min: 1, max: 65_535 })),
    repository: fc.array(joined(['.', '_', '__', '-', '---']), { minLength: 1, maxLength: 3 }),
    end: fc.oneof(
      fc.constant({ tag: null, digest: null }),
      fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/).map((tag) => ({ tag, digest: null })),
      fc.constant({ tag: null, digest: DIGEST }),
    ),
  })
  .map(({ host, port, repository, end }) => ({
    registry: port === null ? host : `${host}:${port}`,
    repository: repository.join('/'),
    ...end,
  }));

describe('an image reference', () => {
  it('is taken apart and put together again without a loss', () => {
    fc.assert(
      fc.property(reference, (parts) => {
        const text = formatReference(parts);
        const { tartCanPull: _any, ...parsed } = parseReference(text);
        expect(parsed).toEqual(parts);
        expect([isRegistryHost(parts.registry), isRepositoryName(parts.repository)]).toEqual([true, true]);
        if (parts.tag !== null) expect(isTag(parts.tag)).toBe(true);
      }),
    );
  });

  it.each([
    ['ghcr.io/cirruslabs/macos-sonoma-base:1.2.3-RC-1', 'ghcr.io', 'cirruslabs/macos-sonoma-base', '1.2.3-RC-1'],
    ['127.0.0.1:8080/a/b', '127.0.0.1:8080', 'a/b', null],
    ['foo/bar', 'foo', 'bar', null],
    ['localhost/a:latest', 'localhost', 'a', 'latest'],
    ['Registry.Example/a', 'Registry.Example', 'a', null],
    ['[::1]:5000/a/b:1', '[::1]:5000', 'a/b', '1'],
    [`a.io/b:${'x'.repeat(128)}`, 'a.io', 'b', 'x'.repeat(128)],
  ])('of a registry: %s', (text, registry, repository, tag) => {
    expect(parseReference(text)).toMatchObject({ registry, repository, tag, digest: null });
  });

  it.each<[string, number, string]>([
    ['', 0, 'host'],
    [' a.io/b', 0, 'host'],
    ['http://', 5, 'noScheme'],
    ['debian', 6, 'repository'],
    ['debian:latest', 7, 'port'],
    ['a..b/c', 2, 'host'],
    ['a.io-/b', 5, 'host'],
    ['-a.io/b', 0, 'host'],
    ['127.0.0.1:/a/b', 10, 'port'],
    ['a.io:0/b', 6, 'port'],
    ['a.io:65536/b', 9, 'port'],
    ['a.io:123456/b', 10, 'port'],
    ['a.io:000123/b', 10, 'port'],
    ['a.io:80x/b', 7, 'port'],
    ['a_b.io/c', 1, 'host'],
    ['a.io/', 5, 'repository'],
    ['a.io//b', 5, 'repository'],
    ['ghcr.io/a/../b', 10, 'repository'],
    ['a.io/b/', 7, 'repository'],
    ['a.io/b.:1', 7, 'repository'],
    ['a.io/b___c', 8, 'repository'],
    ['a.io/b_-c', 7, 'repository'],
    ['a.io/b c', 6, 'repository'],
    ['a.io/bé', 6, 'repository'],
    ['a.io/b:', 7, 'tag'],
    ['a.io/b:.x', 7, 'tag'],
    ['a.io/b:-x', 7, 'tag'],
    ['a.io/b:1 ', 8, 'end'],
    ['a.io/b:1+2', 8, 'end'],
    [`a.io/b:1@${DIGEST}`, 8, 'end'],
    [`a.io/b:${'x'.repeat(129)}`, 135, 'shorter'],
    ['a.io/b@', 7, 'digest'],
    [`a.io/b@sha512:${HEX}`, 10, 'digest'],
    [`a.io/b@sha256:${HEX.toUpperCase()}`, 24, 'digest'],
    [`a.io/b@sha256:${HEX.slice(1)}`, 77, 'digest'],
    [`a.io/b@sha256:${HEX}0`, 78, 'digest'],
    [`a.io/${'b'.repeat(255)}`, 255, 'shorter'],
    ['[::1/a', 1, 'host'],
    ['[:::::]/a', 1, 'host'],
    ['[1.2.3.4]/a', 1, 'host'],
  ])('is wrong at a place: %j at %i, where %s is expected', (input, position, expected) => {
    expect(faultOf(input)).toEqual({ position, expected, suggestion: null });
  });

  it('is offered without the scheme of a URL', () => {
    expect([faultOf('https://a.io/b:1'), faultOf('HTTP://a.io:5000/b'), faultOf('https://a.io/B')]).toEqual([
      { position: 6, expected: 'noScheme', suggestion: 'a.io/b:1' },
      { position: 5, expected: 'noScheme', suggestion: 'a.io:5000/b' },
      { position: 6, expected: 'noScheme', suggestion: null },
    ]);
  });

  it('is offered in lower case where that is all that is wrong', () => {
    expect([faultOf('GHCR.io/Acme/Sonoma:Tag'), faultOf('a.io/b/C..d'), faultOf('a.io/aB')]).toEqual([
      { position: 8, expected: 'lowerCase', suggestion: 'GHCR.io/acme/sonoma:Tag' },
      { position: 7, expected: 'lowerCase', suggestion: null },
      { position: 6, expected: 'lowerCase', suggestion: 'a.io/ab' },
    ]);
  });

  const SUFFIXES = [
    ...['', 'a', '/a', 'a/a', '1/a'],
    ...Array.from({ length: 8 }, (_, at) => `sha256:${HEX}`.slice(at)),
    ...Array.from({ length: 64 }, (_, at) => HEX.slice(at)),
  ];
  const canGoOn = (text: string): boolean => SUFFIXES.some((suffix) => isValid(text + suffix));
  const edits = fc.array(
    fc.tuple(
      fc.nat({ max: 90 }),
      fc.constantFrom('', 'a', 'A', '0', '.', '-', '_', ':', '/', '@', ' ', 'é', '9'),
      fc.nat({ max: 2 }),
    ),
    { maxLength: 3 },
  );

  it('fits up to the position of its fault and not with the character there, however it is damaged', () => {
    fc.assert(
      fc.property(reference, edits, (parts, damage) => {
        let text = formatReference(parts);
        for (const [at, insert, cut] of damage) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + insert + text.slice(place + cut);
        }
        const fault = faultOf(text);
        expect(fault === null).toBe(isValid(text));
        if (fault === null) return;
        const { position, suggestion } = fault;
        expect({ text, position, before: canGoOn(text.slice(0, position)) }).toMatchObject({ before: true });
        if (position < text.length) {
          expect({ text, position, with: canGoOn(text.slice(0, position + 1)) }).toMatchObject({ with: false });
        }
        if (suggestion !== null) expect(isValid(suggestion)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is a reference or a fault within the text, whatever comes, and soon', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const fault = faultOf(text);
        expect(fault === null || (fault.position >= 0 && fault.position <= text.length)).toBe(true);
      }),
    );
    for (const part of ['a', 'a.', 'a-', 'a/', 'A', '[:', '1', '_', '-']) faultOf(`a.io/${part.repeat(50_000)}!`);
  });
});

describe('what Tart can pull', () => {
  const tart = (text: string): boolean => parseReference(text).tartCanPull;

  it.each([
    'ghcr.io/a/b:1.2.3-RC-1',
    '127.0.0.1:8080/a/b',
    'foo/bar',
    'a.io/b-c_d.e:x_y.z-1',
    `a.io/b@${DIGEST}`,
    'My-Host.example/a',
  ])('is %s', (text) => {
    expect(tart(text)).toBe(true);
  });

  it.each([
    'a.io/b:v1__x',
    'a.io/b:_x',
    'a.io/b:1.0-',
    'a.io/b:1..0',
    'a.io/b__c:1',
    'a.io/b--c',
    `a.io/b__c@${DIGEST}`,
    'a--b.io/c',
    '[::1]:5000/a',
  ])('is not %s, though registries take it', (text) => {
    expect([isValid(text) || text.startsWith('['), tart(text)]).toEqual([true, false]);
  });

  it.each([
    ['upper case', 'ghcr.io/Acme/vm', 8],
    ['a separator at the end', 'ghcr.io/acme-/vm', 13],
    ['a separator at the very end', 'ghcr.io/acme/vm_', 16],
    ['a port without end', 'ghcr.io:443000/acme', 13],
  ])('is refused where registries do not take it: %s', (_name, text, position) => {
    expect(faultOf(text)).toMatchObject({ position });
  });

  it('is told soon, whatever comes', () => {
    expect(tart(`a.io/${'b'.repeat(200)}:${'x'.repeat(120)}_-`)).toBe(false);
  });
});

describe('the parts of a reference, alone', () => {
  it.each([
    [
      'repository',
      isRepositoryName,
      ['a', 'a/b-c', 'a__b'],
      ['', '/', 'a/', 'A', '../a', 'a//b', 'a\n', 'a'.repeat(256)],
    ],
    ['tag', isTag, ['1', '_x', 'v1.0-'], ['', '.x', 'a/b', 'a\n', '..', 'x'.repeat(129)]],
    ['digest', isDigest, [DIGEST], ['', DIGEST.toUpperCase(), `${DIGEST}\n`, `${DIGEST}0`, 'sha256:', `../${DIGEST}`]],
    ['host', isRegistryHost, ['a', 'a.io:1', '[::1]'], ['', 'a.io:', 'a/b', 'a.io:99999', 'user@a.io', '..', 'a b']],
  ] as const)('a %s is one or is none', (_name, is, good, bad) => {
    expect([good.filter((text) => !is(text)), bad.filter((text) => is(text))]).toEqual([[], []]);
  });
});
