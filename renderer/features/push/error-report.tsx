import { CircleAlert, Copy } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { useErrorWords } from './use-error-words.ts';
import '../../ui/controls.css';
import './error-report.css';

export interface ErrorReportProps {
  readonly error: ErrorData;
  /** Buttons, the likely one first. */
  readonly actions: ReactNode;
  /** What waits for it, and that nothing is lost. */
  readonly kept?: string;
  readonly onCopy: (text: string) => void;
}

/** The facts of an error as text: code and parameters, which never hold a secret. */
function errorDetails(error: ErrorData): string {
  const facts = Object.entries(error.params).map(([name, value]) => `${name}: ${String(value)}`);
  return [`code: ${error.code}`, ...facts].join('\n');
}

/** An error in the order of the look: what happened, what it means, actions, what is kept, then what the registry said. */
export function ErrorReport({ error, actions, kept, onCopy }: ErrorReportProps): ReactElement {
  const { t } = useTranslation('push');
  const words = useErrorWords()(error);
  const facts = Object.entries(error.params).filter(([, value]) => value !== null && value !== '');
  return (
    <section className="error-report" aria-live="assertive">
      <CircleAlert className="error-report-icon" size={20} strokeWidth={1.75} aria-hidden="true" />
      <div className="error-report-body">
        <h3>{words.what}</h3>
        {words.means !== '' && <p>{words.means}</p>}
        <div className="error-report-actions">{actions}</div>
        {kept !== undefined && <p className="error-report-kept">{kept}</p>}
        <div className="error-report-said">
          <h4>{t('error.said')}</h4>
          <Button
            className="quiet-button"
            onPress={() => {
              onCopy(errorDetails(error));
            }}
          >
            <Copy size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('error.copyDetails')}
          </Button>
        </div>
        <dl className="error-report-facts">
          <dt>{t('error.code')}</dt>
          <dd>{error.code}</dd>
          {facts.map(([name, value]) => (
            <ErrorFact key={name} name={name} value={String(value)} />
          ))}
        </dl>
      </div>
    </section>
  );
}

function ErrorFact({ name, value }: { readonly name: string; readonly value: string }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
