import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import type { SavingsFilter } from '../../../shared/models/savings.ts';
import { useClient } from '../../state/client.ts';
import { ExportMenu } from '../../ui/export-menu.tsx';

/** Writes what the screen shows into a file. */
export function ExportReport(props: {
  readonly filter: SavingsFilter;
  readonly onError: (error: ErrorData | null) => void;
}): ReactElement {
  const { filter, onError } = props;
  const { t } = useTranslation('savings');
  const client = useClient();
  return (
    <ExportMenu
      subject="savings"
      written={t('reportWritten')}
      write={(request) => client.call('report.export', { ...filter, ...request })}
      onError={onError}
    />
  );
}
