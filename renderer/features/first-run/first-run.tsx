import { FolderOpen, Globe } from 'lucide-react';
import { type ReactElement, type ReactNode, useId } from 'react';
import { Button } from 'react-aria-components';
import { Trans, useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { VmList } from '../../../shared/models/vm.ts';
import { useAddRegistry } from '../registries/use-add-registry.ts';
import './first-run.css';
import { ErrorLine } from '../push/error-line.tsx';
import { TryIt } from './try-it.tsx';
import type { Sample } from './use-sample.ts';

/** See {@link FirstRun}. */
export interface FirstRunProps {
  readonly list: VmList | null;
  readonly sample: Sample;
  readonly onTry: () => void;
  readonly onChooseHome: () => void;
  readonly onAdded: (host: string) => void;
}

/** What to do first: try it, add a registry, choose Tart's folder. */
export function FirstRun({ list, sample, onTry, onChooseHome, onAdded }: FirstRunProps): ReactElement {
  const { t } = useTranslation(['firstRun', 'panes']);
  const { state } = sample;
  return (
    <div className="first-run">
      <h1>{t('welcome')}</h1>
      <p className="first-run-lead">{t('welcomeMore')}</p>
      <ol>
        <Step
          number={1}
          title={t('tryIt')}
          words={
            state === null ? '' : t('tryMore', { disk: formatBytes(state.diskSize), room: formatBytes(state.roomSize) })
          }
        >
          {state !== null && <TryIt sample={sample} state={state} onTry={onTry} />}
        </Step>
        <Step number={2} title={t('stepRegistry')} words={t('stepRegistryMore')}>
          <div className="first-run-line">
            <AddRegistryLine onAdded={onAdded} />
          </div>
        </Step>
        <Step number={3} title={t('stepHome')} words={t('stepHomeMore')}>
          <div className="first-run-line">
            <Button className="button" onPress={onChooseHome}>
              <FolderOpen size={14} strokeWidth={1.75} aria-hidden="true" />
              {t('panes:chooseHome')}
            </Button>
            {list !== null && (
              <span className="first-run-note">
                <Trans t={t} i18nKey="tartHomeIs" values={{ path: list.tartHome }} components={{ code: <code /> }} />
              </span>
            )}
          </div>
        </Step>
      </ol>
    </div>
  );
}

function Step(props: {
  readonly number: number;
  readonly title: string;
  readonly words: string;
  readonly children: ReactNode;
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
        {children}
      </div>
    </li>
  );
}

function AddRegistryLine({ onAdded }: { readonly onAdded: (host: string) => void }): ReactElement {
  const { t } = useTranslation('panes');
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
      <ErrorLine error={error} />
    </form>
  );
}
