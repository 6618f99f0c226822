import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import { placeName } from '../../../shared/models/image-location.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import type { VmKnowledge, VmPlace } from '../../../shared/models/vm-knowledge.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { dayWords } from '../../ui/moment.ts';
import { orderTags } from '../../ui/tag-order.ts';
import { TagTokens } from '../../ui/tag-tokens.tsx';
import { tokensThatFit } from '../registries/tree-rows.ts';

/** Room of the tokens in the table. CSS px. */
const TOKEN_ROOM = 150;

/** When this VM was last pushed to a repository from here; null = never. */
function pushedMs(place: VmPlace, jobs: readonly JobSummary[]): number | null {
  const pushed = jobs.filter(
    ({ state, targets }) =>
      state === 'done' &&
      targets.some(({ registry, repository }) => registry === place.registry && repository === place.repository),
  );
  return pushed.reduce<number | null>((newest, { finishedMs }) => Math.max(newest ?? 0, finishedMs ?? 0), null);
}

/** The repositories that hold layers of a VM. */
export function VmPlaces({
  known,
  jobs,
}: {
  readonly known: VmKnowledge;
  readonly jobs: readonly JobSummary[];
}): ReactElement {
  const { t, i18n } = useTranslation('panes');
  return (
    <section>
      <h2 className="section-title">
        {t('whereItIs')} <span>{known.places.length === 0 ? '' : t('holders', { count: known.places.length })}</span>
      </h2>
      {known.places.length === 0 ? (
        <p className="nothing">{t(known.digestedMs === null ? 'whereUnknown' : 'whereNowhere')}</p>
      ) : (
        <table className="table places-table" aria-label={t('whereItIs')}>
          <thead>
            <tr>
              <th>{t('repository')}</th>
              <th>{t('tagsHead')}</th>
              <th className="optional">{t('digest')}</th>
              <th>{t('layersHeld')}</th>
              <th className="end optional">{t('pushed')}</th>
            </tr>
          </thead>
          <tbody>
            {known.places.map((place) => {
              const name = placeName(place);
              const when = pushedMs(place, jobs);
              return (
                <tr key={name}>
                  <td data-tip={name}>
                    <FrontCut path={name} />
                  </td>
                  <td>
                    <TagTokens tags={place.tags} most={tokensThatFit(orderTags(place.tags), TOKEN_ROOM)} />
                  </td>
                  <td className="optional">
                    {place.digest !== null && (
                      <code className="digest" data-tip={place.digest}>
                        {shortDigest(place.digest, 4)}
                      </code>
                    )}
                  </td>
                  <td>{t('xOfY', { part: String(place.held), whole: String(known.distinct) })}</td>
                  <td className="end optional quiet-cell">{when === null ? '' : dayWords(when, i18n.language)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}
