import { Info, TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import './plan-notices.css';

/** What a push changes or needs beside its bytes: tags that move, a suspended VM, the upload time, the lock. */
export function PlanNotices({ plan, language }: { readonly plan: Plan; readonly language: string }): ReactElement {
  const { t } = useTranslation('push');
  const known = plan.targets.find((target) => target.knownUploadTime !== null)?.knownUploadTime ?? null;
  return (
    <>
      {plan.targets.flatMap((target) =>
        target.references
          .filter((reference) => reference.state === 'moves' || reference.state === 'conflict')
          .map(({ reference, tag, previousDigest }) => (
            <Notice key={reference} tone="warning">
              <Trans
                t={t}
                i18nKey="notice.moves"
                values={{
                  tag,
                  repository: target.repository,
                  digest: previousDigest === null ? '' : shortDigest(previousDigest),
                }}
                components={{ strong: <b />, code: <code title={previousDigest ?? undefined} /> }}
              />
            </Notice>
          )),
      )}
      {plan.suspended && <Notice tone="quiet">{t('notice.suspended')}</Notice>}
      {known !== null && (
        <Notice tone="quiet">{t('notice.knownManifest', { time: uploadTime(known, language) })}</Notice>
      )}
      {plan.source === 'lock' && <Notice tone="quiet">{t('notice.lock')}</Notice>}
      {plan.source === 'snapshot' && <Notice tone="quiet">{t('notice.snapshot')}</Notice>}
      {plan.source === 'unlocked' && <Notice tone="warning">{t('notice.unlocked')}</Notice>}
    </>
  );
}

function uploadTime(iso: string, language: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(time);
}

function Notice({
  tone,
  children,
}: {
  readonly tone: 'warning' | 'quiet';
  readonly children: ReactNode;
}): ReactElement {
  const Icon = tone === 'warning' ? TriangleAlert : Info;
  return (
    <p className={`plan-notice plan-notice-${tone}`}>
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}
