import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { CredentialList, CredentialSource } from '../../../shared/models/sign-in.ts';
import { momentWords } from '../../ui/moment.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { useSourceWords } from './source-words.ts';

/** What the programs of this computer keep for a registry, in the order in which it counts, and which one is used. */
export function SourceTable(props: {
  readonly list: CredentialList;
  /** `anonymous` = none of them. */
  readonly onUse: (source: string) => void;
}): ReactElement {
  const { list, onUse } = props;
  const { t, i18n } = useTranslation('signIn');
  const sourceWords = useSourceWords();
  const errorWords = useErrorWords();
  const accountOf = ({ account, namespace, error }: CredentialSource): string => {
    if (account === null) return error === null ? t('failed') : errorWords(error).what;
    return namespace === null ? account : t('onlyFor', { account, namespace });
  };
  const anonymous = !list.sources.some(({ inUse }) => inUse);
  return (
    <section className="sign-in-sources" aria-label={t('onThisComputer')}>
      <h3 className="section-title">{t('onThisComputer')}</h3>
      <table className="table" aria-label={t('onThisComputer')}>
        <thead>
          <tr>
            <th>{t('sourceHead')}</th>
            <th>{t('accountHead')}</th>
            <th className="end">{t('changedHead')}</th>
            <th className="end" />
          </tr>
        </thead>
        <tbody>
          {list.sources.map((source) => (
            <tr key={`${source.source} ${source.namespace ?? ''}`}>
              <td>{sourceWords(source.source)}</td>
              <td data-tip={accountOf(source)}>{accountOf(source)}</td>
              <td className="end quiet-cell">
                {source.changedMs === null ? '' : momentWords(source.changedMs, i18n.language)}
              </td>
              <td className="end">
                <UseCell
                  used={source.inUse}
                  usable={source.account !== null && source.namespace === null}
                  label={t('useOf', { source: sourceWords(source.source) })}
                  onUse={() => onUse(source.source)}
                />
              </td>
            </tr>
          ))}
          <tr>
            <td colSpan={3}>{t('none')}</td>
            <td className="end">
              <UseCell used={anonymous} usable label={t('browseAnonymously')} onUse={() => onUse('anonymous')} />
            </td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}

function UseCell(props: {
  readonly used: boolean;
  readonly usable: boolean;
  readonly label: string;
  readonly onUse: () => void;
}): ReactElement | null {
  const { used, usable, label, onUse } = props;
  const { t } = useTranslation('signIn');
  if (used) return <span className="sign-in-used">{t('inUse')}</span>;
  if (!usable) return null;
  return (
    <Button className="link-button" aria-label={label} onPress={onUse}>
      {t('use')}
    </Button>
  );
}
