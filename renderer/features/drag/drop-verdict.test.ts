import { createInstance } from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CopyPrice } from '../../../shared/models/copy-price.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { sampleRegistry, sampleRepository } from '../../../test/fixtures/window/sample-registry.ts';
import words from '../../i18n/en/drag.json';
import { cargoText, type ImageCargo } from './cargo.ts';
import { dropVerb } from './drag-words.ts';
import { dropKey, pricedPlaces } from './drop-target.ts';
import { type DropPrices, dropVerdict } from './drop-verdict.ts';
import { priceSentence, priceTone, priceWords } from './price-words.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const cargo: ImageCargo = {
  kind: 'images',
  host: 'one:5000',
  repository: 'app',
  images: [{ digest: DIGEST, tags: ['1.0', 'latest'] }],
  whole: false,
};

function registry(host: string, part: Partial<Registry> = {}): Registry {
  return sampleRegistry({
    host,
    askedMs: 1,
    repositories: [sampleRepository('app'), sampleRepository('ci')],
    ...part,
  });
}

function price(part: Partial<CopyPrice>): DropPrices {
  const whole: CopyPrice = {
    registry: 'two:5000',
    repository: 'app',
    kind: 'stream',
    bytes: 4.2e9,
    leastBytes: 4.2e9,
    presentBytes: 0,
    reason: null,
    ...part,
  };
  return new Map([[dropKey({ host: whole.registry, repository: whole.repository }), whole]]);
}

describe('a target beneath what is carried', () => {
  const i18n = createInstance();
  beforeAll(async () => {
    await i18n.init({ lng: 'en', resources: { en: { drag: words } }, interpolation: { escapeValue: false } });
  });
  const t = i18n.getFixedT('en', 'drag');
  const target = { host: 'two:5000', repository: 'app', tags: [] };
  const said = (prices: DropPrices, two = registry('two:5000')) => {
    const verdict = dropVerdict(cargo, target, { registry: two, prices });
    const fixed = i18n.getFixedT('en', 'drag');
    return [priceTone(verdict), priceWords(fixed, verdict), priceSentence(fixed, verdict)];
  };

  it('says its price, and promises no free copy that was not seen to be one', () => {
    expect([
      said(null),
      said(price({ presentBytes: 27e9 })),
      said(price({ kind: 'present', bytes: 0, leastBytes: 0, presentBytes: 31e9 })),
      said(price({ kind: 'mount', bytes: 0, leastBytes: 0 })),
      said(price({ kind: 'mountOrStream', leastBytes: 0 })),
      said(new Map()),
    ]).toEqual([
      ['cost', 'counting…', 'Counting what has to be sent'],
      ['cost', 'streams 4.2 GB', 'Streams 4.2 GB through this computer, 27.0 GB are already in that repository'],
      ['free', 'already there, 0 B', 'Already there: 0 B'],
      ['free', 'inside the registry, 0 B', 'Mounted inside the registry: 0 B'],
      ['cost', '0 B if it mounts, else 4.2 GB', '0 B through this computer if the registry mounts, else 4.2 GB'],
      ['cost', 'not known yet', 'What has to be sent is known once the manifest is read'],
    ]);
  });

  it('dims and says why where it takes nothing', () => {
    const refused = registry('two:5000', {
      health: 'refused',
      error: { code: 'auth.unauthorized', params: {}, retry: 'afterSignIn', actions: [] },
    });
    const off = registry('two:5000', { thisComputer: true, health: 'offline' });
    const own = dropVerdict(cargo, { ...target, host: 'one:5000' }, { registry: registry('one:5000'), prices: null });
    expect([
      said(null, refused),
      said(null, off),
      said(price({ kind: 'impossible', reason: 'layerLimit' })),
      own,
    ]).toEqual([
      ['dim', 'sign in first', 'The registry wants a sign-in first'],
      ['dim', 'off', 'The registry of this computer is off'],
      ['dim', 'too many layers', 'This registry takes fewer layers in one image'],
      { kind: 'refused', why: 'source' },
    ]);
  });

  it('is asked for its price with every other place, but for the source and what is away', () => {
    const places = pricedPlaces(cargo, [
      registry('one:5000'),
      registry('two:5000', { repositories: [] }),
      registry('three:5000', { health: 'offline' }),
    ]);
    expect(places.map(dropKey)).toEqual(['one:5000/ci', 'one:5000/', 'two:5000/app', 'two:5000/']);
  });

  it('is named by what a drop does, and other programs get references', () => {
    expect([
      dropVerb(t, cargo, { ...target, host: 'one:5000', repository: 'ci' }, false),
      dropVerb(t, cargo, target, true),
      dropVerb(t, cargo, { ...target, repository: null }, false),
      cargoText(cargo),
      cargoText({ ...cargo, whole: true }),
    ]).toEqual([
      'Copy to ci',
      'Move to two:5000/app',
      'Copy to a new repository',
      'one:5000/app:1.0\none:5000/app:latest',
      'one:5000/app',
    ]);
  });
});
