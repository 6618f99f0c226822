import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { OfferedWay, TagPlan, TagWay } from '../../../shared/models/tag-edit.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { commonWays, type RemovalPlan } from './use-removal-plan.ts';

/** What stands in the way of taking the tags from the source; null = nothing. */
export function removalObstacle({ plan, error }: RemovalPlan, way: TagWay | null): 'asking' | 'refused' | 'way' | null {
  if (error !== null) return 'refused';
  if (plan === null) return 'asking';
  if (plan.changes.some(({ state }) => state === 'refused' || state === 'conflict')) return 'refused';
  const needs = plan.changes.some(({ state }) => state === 'needsWay');
  return needs && !commonWays(plan).some((offer) => offer.way === way) ? 'way' : null;
}

/** What a move takes from the source, and, where the registry cannot take a tag alone, the ways that there are. */
export function RemovalChoice(props: {
  readonly removal: RemovalPlan;
  readonly name: string;
  readonly way: TagWay | null;
  readonly onWay: (way: TagWay) => void;
}): ReactElement {
  const { removal, name, way, onWay } = props;
  const { t } = useTranslation('copy');
  const words = useErrorWords();
  const { plan, error } = removal;
  if (error !== null) {
    return (
      <p className="field-error" role="alert">
        {words(error).what}
      </p>
    );
  }
  if (plan === null) return <p className="copy-note">{t('removal.asking')}</p>;
  const stays = plan.changes.find(({ state }) => state === 'refused' || state === 'conflict');
  if (stays !== undefined) {
    return (
      <p className="field-error" role="alert">
        {stays.error === null ? t('removal.movedSince', { tag: stays.change.tag }) : words(stays.error).what}
      </p>
    );
  }
  const ways = commonWays(plan);
  return (
    <>
      <p className="copy-note">{t('removal.goes', { count: plan.changes.length, name })}</p>
      {ways.length > 0 && (
        <fieldset className="copy-ways">
          <legend>{t('removal.question')}</legend>
          {ways.map((offer) => (
            <label key={offer.way}>
              <input type="radio" name="removal-way" checked={way === offer.way} onChange={() => onWay(offer.way)} />
              <WayWords offer={offer} />
            </label>
          ))}
        </fieldset>
      )}
      {ways.length === 0 && hasOpen(plan) && (
        <p className="field-error" role="alert">
          {t('removal.noWay')}
        </p>
      )}
    </>
  );
}

function hasOpen({ changes }: TagPlan): boolean {
  return changes.some(({ state }) => state === 'needsWay');
}

function WayWords({ offer }: { readonly offer: OfferedWay }): ReactElement {
  const { t } = useTranslation('copy');
  const { way, alsoRemoved, putBack } = offer;
  return (
    <span>
      {t(`way.${way}`)}
      {alsoRemoved.length > 0 && <b>{t('removal.alsoGone', { tags: alsoRemoved.join(', ') })}</b>}
      {putBack.length > 0 && <span>{t('removal.putBack', { tags: putBack.join(', ') })}</span>}
    </span>
  );
}
