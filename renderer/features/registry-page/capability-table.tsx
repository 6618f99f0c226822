import { Check, CircleHelp, Info, TriangleAlert, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Capabilities } from '../../../shared/models/capabilities.ts';
import { useSourceWords } from '../sign-in/source-words.ts';
import { type CapabilityRow, capabilityRows, inShort, type RowWords } from './capability-rows.ts';
import './registry-page.css';

/** What a test of a registry found, as a table, and what it comes to. */
export function CapabilityTable({ capabilities }: { readonly capabilities: Capabilities }): ReactElement {
  const { t, i18n } = useTranslation('registry');
  const sourceWords = useSourceWords();
  const words: RowWords = { t, language: i18n.language, sourceWords };
  const short = inShort(capabilities, words);
  return (
    <>
      <table className="table capability-table" aria-label={t('can')}>
        <thead>
          <tr>
            <th>{t('capability')}</th>
            <th>{t('result')}</th>
            <th className="optional">{t('detail')}</th>
          </tr>
        </thead>
        <tbody>
          {capabilityRows(capabilities, words).map((row) => (
            <tr key={row.name} data-capability={row.name} data-result={row.result}>
              <th scope="row">{t(`name.${row.name}`)}</th>
              <td>
                <span className="capability-result">
                  <ResultIcon row={row} accepted={capabilities.found.certificate.detail === 'exception'} />
                  {row.words}
                </span>
              </td>
              <td className="quiet-cell optional">{row.detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {capabilities.wroteTo !== null && (
        <p className="capability-note">
          {t('wroteTo', { repository: capabilities.wroteTo })}
          {capabilities.left.length > 0 && ` ${t('left', { references: capabilities.left.join(', ') })}`}
        </p>
      )}
      {short !== null && (
        <p className="capability-short">
          <Info size={14} strokeWidth={1.75} aria-hidden="true" />
          {short}
        </p>
      )}
    </>
  );
}

/** @param props `accepted`: nobody vouches for the certificate but the person */
function ResultIcon({ row, accepted }: { readonly row: CapabilityRow; readonly accepted: boolean }): ReactElement {
  const look = { size: 14, strokeWidth: 1.75, 'aria-hidden': true } as const;
  if (row.name === 'certificate' && row.result === 'yes' && accepted)
    return <TriangleAlert data-kind="warn" {...look} />;
  switch (row.result) {
    case 'yes':
      return <Check data-kind="yes" {...look} />;
    case 'no':
      return <X {...look} />;
    case 'unknown':
      return <CircleHelp {...look} />;
  }
}
