import { type ReactElement, useMemo, useRef } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { TreemapPlace } from '../../../shared/layout/treemap-place.ts';
import type { RegistryImages } from '../../../shared/models/sharing.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { remPx } from '../../ui/text-width.ts';
import { useRowWindow } from '../weave/use-row-window.ts';
import { CHART_FILL } from './chart-patterns.tsx';
import { type FixedUnit, fixedUnit } from './figure-words.ts';

/** Width and height of the bar that says how much of a row is stored. CSS px */
const BAR = { width: 60, height: 9 };

/** A registry, or under it one of its repositories. */
interface SharingLine {
  readonly key: string;
  /** Null = the registry of this computer. */
  readonly name: string | null;
  readonly level: 0 | 1;
  readonly count: number;
  readonly figures: { readonly counted: number; readonly stored: number | null };
  readonly place: TreemapPlace;
}

function linesOf({ registries }: RegistryImages): readonly SharingLine[] {
  return registries.flatMap(({ host, thisComputer, images, repositories, ...figures }) => [
    {
      key: host,
      name: thisComputer ? null : host,
      level: 0 as const,
      count: images,
      figures,
      place: { kind: 'registry', registry: host } as const,
    },
    ...repositories.map(({ repository, images: own, counted, stored }) => ({
      key: `${host}/${repository}`,
      name: repository,
      level: 1 as const,
      count: own.length,
      figures: { counted, stored },
      place: { kind: 'repository', registry: host, repository } as const,
    })),
  ]);
}

/** Height of a row in rem. */
const ROW = 1.625;

/** What each registry and repository stores, and what sharing saves there. A name leads to its place in the map. */
export function SharingByRepository(props: {
  readonly images: RegistryImages;
  readonly onPlace: (place: TreemapPlace) => void;
}): ReactElement {
  const { images, onPlace } = props;
  const { t } = useTranslation('savings');
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => linesOf(images), [images]);
  const sight = useRowWindow(scroller, lines.length, ROW * remPx());
  const unit = fixedUnit(images.registries.flatMap(({ counted }) => counted));
  return (
    <section className="savings-section" aria-label={t('byRepository')}>
      <div className="savings-head">
        <h2>{t('byRepository')}</h2>
        <span className="savings-head-note">{t('byRepositoryNote', { unit: unit.unit })}</span>
      </div>
      <div ref={scroller} className="sharing-lines" data-many={lines.length > 200 || undefined}>
        <table className="table savings-table sharing-table" aria-label={t('byRepository')}>
          <thead>
            <tr>
              <th>{t('column.name')}</th>
              <th className="end">{t('column.images')}</th>
              <th className="end">{t('column.counted')}</th>
              <th className="end">{t('column.stored')}</th>
              <th className="end">{t('column.savedBySharing')}</th>
            </tr>
          </thead>
          <tbody>
            {sight.before > 0 && <tr className="rows-away" style={{ height: sight.before }} />}
            {lines.slice(sight.first, sight.last).map((line) => (
              <SharingRow
                key={line.key}
                line={line}
                name={line.name ?? t('thisComputer')}
                unit={unit}
                onPress={() => onPlace(line.place)}
              />
            ))}
            {sight.after > 0 && <tr className="rows-away" style={{ height: sight.after }} />}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function SharingRow(props: {
  readonly line: SharingLine;
  readonly name: string;
  readonly unit: FixedUnit;
  readonly onPress: () => void;
}): ReactElement {
  const { line, name, unit, onPress } = props;
  const { level, count } = line;
  const { counted, stored } = line.figures;
  return (
    <tr data-level={level}>
      <td data-tip={name}>
        <Button className="row-link" onPress={onPress}>
          <FrontCut path={name} />
        </Button>
      </td>
      <td className="end quiet-cell">{count}</td>
      <td className="end">{unit.words(counted)}</td>
      <td className="end">{stored === null ? '' : unit.words(stored)}</td>
      <td className="end">
        {stored !== null && (
          <span className="sharing-saved">
            <StoredBar part={counted === 0 ? 1 : stored / counted} />
            {unit.words(counted - stored)}
          </span>
        )}
      </td>
    </tr>
  );
}

/** What is saved as a check at the left, what is stored solid at the right. */
function StoredBar({ part }: { readonly part: number }): ReactElement {
  const { width, height } = BAR;
  const stored = Math.min(width, Math.max(part > 0 ? 1 : 0, Math.round(part * width)));
  return (
    <svg width={width} height={height} aria-hidden="true">
      <rect fill={CHART_FILL.shared} width={width - stored} height={height} />
      <rect className="chart-unique" x={width - stored} width={stored} height={height} />
    </svg>
  );
}
