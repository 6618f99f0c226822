import { LoaderCircle } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import './reading-line.css';

/** ms after which the verb, and after which the number and `Stop`, are shown. */
const VERB_MS = 300;
const NUMBER_MS = 2000;

/** See {@link ReadingLine}. */
export interface ReadingLineProps {
  /** `Reading tags` */
  readonly verb: string;
  readonly startedMs: number;
  /** `1 400 of about 3 000`; empty while nothing is known. */
  readonly number: string;
  readonly onStop: () => void;
}

/** What is under way: a grey shape at first, after 300 ms a verb, after 2 s a number and `Stop`. Nothing turns. */
export function ReadingLine({ verb, startedMs, number, onStop }: ReadingLineProps): ReactElement {
  const { t } = useTranslation('panes');
  const [age, setAge] = useState(() => Date.now() - startedMs);
  useEffect(() => {
    const look = (): void => setAge(Date.now() - startedMs);
    const timers = [VERB_MS, NUMBER_MS].map((ms) => setTimeout(look, Math.max(0, startedMs + ms - Date.now())));
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, [startedMs]);
  if (age < VERB_MS) return <span className="reading-shape" aria-hidden="true" />;
  return (
    <span className="reading-line" role="status">
      <LoaderCircle size={13} strokeWidth={1.75} aria-hidden="true" />
      <span>{age >= NUMBER_MS && number !== '' ? t('verbNumber', { verb, number }) : verb}</span>
      {age >= NUMBER_MS && (
        <Button className="button reading-stop" onPress={onStop}>
          {t('stop')}
        </Button>
      )}
    </span>
  );
}
