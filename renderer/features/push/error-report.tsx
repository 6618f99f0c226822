import { CircleAlert, Clock, Copy, LogIn } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { askForSignIn } from '../../state/sign-in-request.ts';
import { useErrorWords } from './use-error-words.ts';
import '../../ui/controls.css';
import './error-report.css';

/** What an error report is given: the error, and what may be done about it. */
export interface ErrorReportProps {
  readonly error: ErrorData;
  /** Buttons, the likely one first. */
  readonly actions: ReactNode;
  /** What waits for it, and that nothing is lost. */
  readonly kept?: string;
  /** When it happened; ms since the epoch. */
  readonly atMs?: number | null;
  /** The work goes on by itself once the cause is gone: told calmly. */
  readonly waiting?: boolean;
  /** Says it in other words than the error's own: where more is known than it knows. */
  readonly words?: { readonly what: string; readonly means: string } | null;
  /** What follows a sign-in that is offered here; null = the actions offer it themselves. */
  readonly onSignedIn?: (() => void) | null;
  readonly onCopy: (text: string) => void;
}

/** The registry that a sign-in would help with; null where none would. */
export function signInHost(error: ErrorData): string | null {
  const { host } = error.params;
  return error.actions.includes('signIn') && typeof host === 'string' ? host : null;
}

const nothing = (): void => undefined;

/** Parameters that have a word of their own; others go by their name. */
const NAMED_FACTS = [
  'request',
  'status',
  'answer',
  'scope',
  'host',
  'registry',
  'reference',
  'digest',
  'name',
  'path',
  'limit',
  'layers',
  'message',
  'reason',
  'account',
  'variable',
  'registryCode',
  'registryMessage',
] as const;

/** The facts of an error as text: code and parameters, which never hold a secret. */
function errorDetails(error: ErrorData, at: string | null): string {
  const facts = Object.entries(error.params).map(([name, value]) => `${name}: ${String(value)}`);
  return [`code: ${error.code}`, ...facts, ...(at === null ? [] : [`time: ${at}`])].join('\n');
}

/** An error in the order of the look: what happened, what it means, actions, what is kept, then what the registry said. */
export function ErrorReport(props: ErrorReportProps): ReactElement {
  const { error, actions, kept, atMs = null, waiting = false, onSignedIn = nothing, onCopy } = props;
  const { t, i18n } = useTranslation('push');
  const own = useErrorWords()(error);
  const words = props.words ?? own;
  const host = signInHost(error);
  const Icon = waiting ? Clock : CircleAlert;
  const fromRegistry = 'host' in error.params || 'registry' in error.params;
  return (
    <section className="error-report" data-waiting={waiting || undefined} aria-live="assertive">
      <Icon className="error-report-icon" size={20} strokeWidth={1.75} aria-hidden="true" />
      <div className="error-report-body">
        <h3>{words.what}</h3>
        {words.means !== '' && <p>{words.means}</p>}
        <div className="error-report-actions">
          {host !== null && onSignedIn !== null && (
            <Button className="button button-primary" onPress={() => askForSignIn(host, onSignedIn)}>
              <LogIn size={14} strokeWidth={1.75} aria-hidden="true" />
              {t('signIn:signInDots')}
            </Button>
          )}
          {actions}
        </div>
        {kept !== undefined && <p className="error-report-kept">{kept}</p>}
        <div className="error-report-said">
          <h4>{t(fromRegistry ? 'error.said' : 'error.details')}</h4>
          <Button
            className="quiet-button"
            onPress={() => {
              onCopy(errorDetails(error, atMs === null ? null : new Date(atMs).toISOString()));
            }}
          >
            <Copy size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('error.copyDetails')}
          </Button>
        </div>
        <ErrorFacts error={error} time={atMs === null ? null : timeWithSeconds(atMs, i18n.language)} />
      </div>
    </section>
  );
}

function timeWithSeconds(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(ms);
}

function ErrorFacts({ error, time }: { readonly error: ErrorData; readonly time: string | null }): ReactElement {
  const { t } = useTranslation('push');
  const facts = Object.entries(error.params).flatMap(([name, value]) => {
    if (value === null || value === '') return [];
    const known = NAMED_FACTS.find((own) => own === name);
    return [{ name, word: known === undefined ? name : t(`error.fact.${known}`), value: String(value) }];
  });
  // Two parameters may say the same under one word, as host and registry do.
  const distinct = facts.filter(
    ({ word, value }, at) => facts.findIndex((other) => other.word === word && other.value === value) === at,
  );
  return (
    <dl className="error-report-facts">
      <dt>{t('error.code')}</dt>
      <dd>{error.code}</dd>
      {distinct.map(({ name, word, value }) => (
        <ErrorFact key={name} name={word} value={value} />
      ))}
      {time !== null && <ErrorFact name={t('error.when')} value={time} />}
    </dl>
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
