import { FolderOpen, Globe } from 'lucide-react';
import { type ReactElement, type ReactNode, useId } from 'react';
import { Button } from 'react-aria-components';
import { Trans, useTranslation } from 'react-i18next';
import type { VmList } from '../../../shared/models/vm.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { useAddRegistry } from '../registries/use-add-registry.ts';
import './first-run.css';

/** See {@link FirstRun}. */
export interface FirstRunProps {
  readonly list: VmList | null;
  readonly onChooseHome: () => void;
  readonly onAdded: (host: string) => void;
}

/** What to do first in an app that knows no VM yet. */
export function FirstRun({ list, onChooseHome, onAdded }: FirstRunProps): ReactElement {
  const { t } = useTranslation('panes');
  return (
    <div className="first-run">
      <h1>{t('welcome')}</h1>
      <p className="first-run-lead">{t('welcomeMore')}</p>
      <ol>
        <Step number={1} title={t('stepHome')} words={t('stepHomeMore')}>
          <Button className="button" onPress={onChooseHome}>
            <FolderOpen size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('chooseHome')}
          </Button>
          {list !== null && (
            <span className="first-run-note">
              <Trans t={t} i18nKey="tartHomeIs" values={{ path: list.tartHome }} components={{ code: <code /> }} />
            </span>
          )}
        </Step>
        <Step number={2} title={t('stepRegistry')} words={t('stepRegistryMore')}>
          <AddRegistryLine onAdded={onAdded} />
        </Step>
        <Step number={3} title={t('stepPush')} words={t('stepPushMore')} />
      </ol>
    </div>
  );
}

function Step(props: {
  readonly number: number;
  readonly title: string;
  readonly words: string;
  readonly children?: ReactNode;
}): ReactElement {
  const { number, title, words, children } = props;
  return (
    <li>
      <span className="first-run-number" aria-hidden="true">
        {number}
      </span>
      <div>
        <h2>{title}</h2>
        <p>{words}</p>
        {children !== undefined && <div className="first-run-line">{children}</div>}
      </div>
    </li>
  );
}

function AddRegistryLine({ onAdded }: { readonly onAdded: (host: string) => void }): ReactElement {
  const { t } = useTranslation('panes');
  const words = useErrorWords();
  const id = useId();
  const adding = useAddRegistry(onAdded);
  const { text, asking, error } = adding;
  return (
    <form
      className="first-run-form"
      onSubmit={(event) => {
        event.preventDefault();
        adding.add();
      }}
    >
      <span className="first-run-field">
        <Globe size={14} strokeWidth={1.75} aria-hidden="true" />
        <input
          id={id}
          value={text}
          placeholder="ghcr.io/acme"
          aria-label={t('host')}
          aria-invalid={error !== null}
          spellCheck={false}
          onChange={(event) => adding.setText(event.target.value)}
        />
      </span>
      <Button type="submit" className="button" isPending={asking}>
        {asking ? t('asking') : t('testAndAdd')}
      </Button>
      {error !== null && (
        <p className="field-error" role="alert">
          {words(error).what} {words(error).means}
        </p>
      )}
    </form>
  );
}
