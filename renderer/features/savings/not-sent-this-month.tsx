import type { ReactElement } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { useClient } from '../../state/client.ts';
import { bucketStart } from './savings-period.ts';
import { useReading } from './use-reading.ts';

const TOPICS = ['report.changed'] as const;

/** `Not sent this month 412 GB`, for the strip; nothing where no job ended this month. */
export function NotSentThisMonth(): ReactElement | null {
  const { t } = useTranslation('savings');
  const client = useClient();
  const savings = useReading(
    (signal) => {
      const sinceMs = bucketStart(Date.now(), 'month');
      return client.call('report.savings', { sinceMs, untilMs: null, registry: null, bucket: 'month' }, { signal });
    },
    '',
    TOPICS,
  );
  const totals = savings.value?.totals;
  if (totals === undefined || totals.jobs === 0) return null;
  return (
    <span className="transfers-strip-month">
      <Trans
        t={t}
        i18nKey="notSentThisMonth"
        values={{ bytes: formatBytes(totals.notSent) }}
        components={{ b: <b /> }}
      />
    </span>
  );
}
