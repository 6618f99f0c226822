import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContractClient } from '../../../shared/contract/client.ts';
import type { CopyPrice } from '../../../shared/models/copy-price.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { useClient } from '../../state/client.ts';
import type { ImageCargo } from './cargo.ts';
import { DragChip } from './drag-chip.tsx';
import { type Drag, keepPrices, useDrag } from './drag-store.ts';
import { cargoName, dropVerb } from './drag-words.ts';
import { type DropTarget, dropKey, pricedPlaces } from './drop-target.ts';
import { type DropVerdict, dropVerdict } from './drop-verdict.ts';
import { priceSentence } from './price-words.ts';
import './drag.css';

/** What a drag needs of the whole window: prices of all targets, the chip, and the words for screen readers. */
export function DragLayer({ registries }: { readonly registries: readonly Registry[] }): ReactElement {
  const drag = useDrag((now) => now);
  usePrices(drag?.cargo.kind === 'images' ? drag.cargo : null, registries);
  const aimed = drag?.over?.target ?? null;
  const registry = registries.find(({ host }) => host === aimed?.host);
  const verdict =
    drag === null || aimed === null || registry === undefined
      ? null
      : dropVerdict(drag.cargo, aimed, { registry, prices: drag.prices });
  return (
    <>
      {drag !== null && <DragChip drag={drag} verdict={verdict} />}
      <DragAnnouncer drag={drag} verdict={verdict} />
    </>
  );
}

/** Most sources and targets that the engine prices in one request. */
const MOST_SOURCES = 2000;
const MOST_TARGETS = 500;

/**
 * Asks once for the price of every place; the engine computes them from what it knows, no registry is asked. A place that
 * is given no price says that it is not known: the plan of the copy will tell.
 */
function usePrices(cargo: ImageCargo | null, registries: readonly Registry[]): void {
  const client = useClient();
  const places = useRef(registries);
  useEffect(() => {
    places.current = registries;
  });
  useEffect(() => {
    if (cargo === null) return;
    const ended = new AbortController();
    priced(client, cargo, pricedPlaces(cargo, places.current), ended.signal).then(
      (prices) => keepPrices(cargo, prices),
      () => keepPrices(cargo, new Map()),
    );
    return () => ended.abort();
  }, [client, cargo]);
}

async function priced(
  client: ContractClient,
  { host: registry, repository, images, whole }: ImageCargo,
  places: readonly Pick<DropTarget, 'host' | 'repository'>[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CopyPrice>> {
  const sources = whole
    ? [{ registry, repository, reference: null }]
    : images.map(({ digest }) => ({ registry, repository, reference: digest }));
  const targets = places.map((place) => ({ registry: place.host, repository: place.repository }));
  if (sources.length > MOST_SOURCES) return new Map();
  const found: CopyPrice[] = [];
  for (let at = 0; at < targets.length; at += MOST_TARGETS) {
    const some = targets.slice(at, at + MOST_TARGETS);
    found.push(...(await client.call('copies.price', { sources, targets: some }, { signal })));
  }
  return new Map(found.map((price) => [dropKey({ host: price.registry, repository: price.repository }), price]));
}

/** Tells screen readers what is carried, where it is aimed, and that it was put back or dropped. */
function DragAnnouncer(props: { readonly drag: Drag | null; readonly verdict: DropVerdict | null }): ReactElement {
  const { drag, verdict } = props;
  const { t } = useTranslation('drag');
  const [before, setBefore] = useState<Drag | null>(null);
  const [said, setSaid] = useState('');
  if (drag !== before) {
    setBefore(drag);
    if (drag === null) setSaid(before?.by === 'keyboard' ? t('announce.letGo') : '');
    else if (drag.by === 'keyboard') {
      const verb = dropVerb(t, drag.cargo, drag.over?.target ?? null, drag.moving);
      const aimed =
        drag.over === null || verdict === null ? '' : t('announce.aimed', { verb, price: priceSentence(t, verdict) });
      const picked = t(drag.cargo.kind === 'vm' ? 'announce.pickedUpVm' : 'announce.pickedUp', {
        name: cargoName(t, drag.cargo),
      });
      // The first aim follows the pick-up at once, before the words of the pick-up could be read.
      setSaid(before === null || before.over === null ? `${picked} ${aimed}`.trim() : aimed);
    }
  }
  return (
    <div className="for-readers" role="status" aria-live="assertive">
      {said}
    </div>
  );
}
