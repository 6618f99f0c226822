import { X } from 'lucide-react';
import { type ReactElement, type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { Savings } from '../../../shared/models/savings.ts';
import { CellSwatch } from '../weave/cell-swatch.tsx';
import { groupedCount, percentOf, signedBytes } from './figure-words.ts';
import './savings-figures.css';

/** The figures in their order; each opens its formula. */
const FIGURES = ['tart', 'notSent', 'notRead', 'notEncoded', 'notStored', 'sent', 'requests'] as const;
type Figure = (typeof FIGURES)[number];
type Totals = Savings['totals'];
/** Where requests are not told their figure is not there either. */
const NOT_TOLD = { head: 0, mount: 0, upload: 0, manifest: 0 };

/** An estimated time: `~34 h 10 min`, `−` before it where it took longer. */
function about(seconds: number, language: string): string {
  return `${seconds < 0 ? '−' : ''}~${formatDuration(Math.abs(seconds), language)}`;
}

/** The totals of the period: what was saved against `tart push` first, then against a plain upload. One formula is open at most. */
export function SavingsFigures({ totals }: { readonly totals: Totals }): ReactElement {
  const { t } = useTranslation('savings');
  const [chosen, setOpen] = useState<Figure | null>(null);
  const figures = FIGURES.filter((figure) => figure !== 'requests' || totals.requests !== null);
  const open = chosen !== null && figures.includes(chosen) ? chosen : null;
  return (
    <section className="savings-figures" aria-label={t('totals')}>
      <div className="savings-figure-row">
        {figures.map((figure) => (
          <FigureBlock
            key={figure}
            figure={figure}
            totals={totals}
            open={open === figure}
            onPress={() => setOpen(open === figure ? null : figure)}
          />
        ))}
      </div>
      {open !== null && (
        <p className="savings-formula" id="savings-formula">
          <Formula figure={open} totals={totals} />
          <Button className="icon-button" aria-label={t('closeFormula')} onPress={() => setOpen(null)}>
            <X size={14} strokeWidth={1.75} aria-hidden="true" />
          </Button>
        </p>
      )}
    </section>
  );
}

function FigureBlock(props: {
  readonly figure: Figure;
  readonly totals: Totals;
  readonly open: boolean;
  readonly onPress: () => void;
}): ReactElement {
  const { figure, totals, open, onPress } = props;
  const { t } = useTranslation('savings');
  const [big, small] = useFigureWords(figure, totals);
  return (
    <div className="savings-figure" data-figure={figure}>
      <span className="savings-figure-name">{t(`figure.${figure}`)}</span>
      <Button
        className="savings-figure-value"
        aria-expanded={open}
        {...(open ? { 'aria-controls': 'savings-formula' } : {})}
        aria-label={t('showFormula', { figure: t(`figure.${figure}`), value: big })}
        onPress={onPress}
      >
        {big}
      </Button>
      <span className="savings-figure-more">{small}</span>
    </div>
  );
}

function useFigureWords(figure: Figure, totals: Totals): readonly [big: string, small: string] {
  const { t, i18n } = useTranslation('savings');
  const { counterfactual: tart } = totals;
  const requests = totals.requests ?? NOT_TOLD;
  switch (figure) {
    case 'tart': {
      const less = t('tartLess', { read: signedBytes(totals.notRead), sent: signedBytes(totals.notSentByTart) });
      // Without a measured rate there is no time: what was not compressed is what took the longest.
      if (totals.savedSeconds === null) return [signedBytes(totals.notEncoded), t('noRate')];
      return [about(totals.savedSeconds, i18n.language), less];
    }
    case 'notSent': {
      const percent = percentOf(totals.notSent, totals.pushed);
      return [formatBytes(totals.notSent), percent === null ? t('againstUpload') : t('ofPushed', { percent })];
    }
    case 'notRead':
      return [signedBytes(totals.notRead), t('ofTart', { bytes: formatBytes(tart.read) })];
    case 'notEncoded':
      return [signedBytes(totals.notEncoded), t('ofTart', { bytes: formatBytes(tart.encoded) })];
    case 'notStored':
      return [signedBytes(totals.notStored), t('storedAnew', { bytes: formatBytes(totals.pushed - totals.notStored) })];
    case 'sent':
      return [formatBytes(totals.sent), jobsWords(t, totals)];
    case 'requests':
      return [
        groupedCount(requests.head + requests.mount),
        t('headAndMount', { head: groupedCount(requests.head), mount: groupedCount(requests.mount) }),
      ];
  }
}

function jobsWords(t: ReturnType<typeof useTranslation<'savings'>>['t'], { pushes, copies }: Totals): string {
  if (copies === 0) return t('inPushes', { count: pushes });
  if (pushes === 0) return t('inCopies', { count: copies });
  return t('inBoth', { count: pushes + copies });
}

/** A term of a formula. */
function Term({ sign, children }: { readonly sign?: '=' | '+' | '−'; readonly children: ReactNode }): ReactElement {
  return (
    <>
      {sign !== undefined && <span className="savings-sign">{sign}</span>}
      <span className="savings-term">{children}</span>
    </>
  );
}

function Formula({ figure, totals }: { readonly figure: Figure; readonly totals: Totals }): ReactElement {
  const { t } = useTranslation('savings');
  const [big] = useFigureWords(figure, totals);
  return (
    <>
      <b>
        {t(`figure.${figure}`)} {big}
      </b>
      <FormulaTerms figure={figure} totals={totals} />
      <span className="savings-formula-note">{useFormulaNote(figure, totals)}</span>
    </>
  );
}

function FormulaTerms({ figure, totals }: { readonly figure: Figure; readonly totals: Totals }): ReactElement {
  const { t, i18n } = useTranslation('savings');
  const { counterfactual: tart } = totals;
  const requests = totals.requests ?? NOT_TOLD;
  const pair = (whole: string, part: string): ReactElement => (
    <>
      <Term sign="=">{t('term.tart', { value: whole })}</Term>
      <Term sign="−">{t('term.own', { value: part })}</Term>
    </>
  );
  switch (figure) {
    case 'tart':
      return tart.seconds === null || totals.savedSeconds === null
        ? pair(formatBytes(tart.encoded), formatBytes(totals.encoded))
        : pair(about(tart.seconds, i18n.language), about(tart.seconds - totals.savedSeconds, i18n.language));
    case 'notSent':
      return (
        <>
          <Term sign="=">
            <CellSwatch kind="present" /> {t('term.present', { value: formatBytes(totals.present) })}
          </Term>
          <Term sign="+">
            <CellSwatch kind="mount" /> {t('term.mounted', { value: formatBytes(totals.mounted) })}
          </Term>
          <Term sign="+">
            <CellSwatch kind="duplicate" /> {t('term.duplicate', { value: formatBytes(totals.duplicate) })}
          </Term>
        </>
      );
    case 'notRead':
      return pair(formatBytes(tart.read), formatBytes(totals.read));
    case 'notEncoded':
      return pair(formatBytes(tart.encoded), formatBytes(totals.encoded));
    case 'notStored':
      return (
        <>
          <Term sign="=">{t('term.pushed', { value: formatBytes(totals.pushed) })}</Term>
          <Term sign="−">{t('term.stored', { value: formatBytes(totals.pushed - totals.notStored) })}</Term>
        </>
      );
    case 'sent':
      return (
        <>
          <Term sign="=">
            <CellSwatch kind="upload" /> {t('term.uploaded', { value: formatBytes(totals.uploaded) })}
          </Term>
          {totals.sent !== totals.uploaded && (
            <Term sign={totals.sent > totals.uploaded ? '+' : '−'}>
              {t(totals.sent > totals.uploaded ? 'term.again' : 'term.once', {
                value: formatBytes(Math.abs(totals.sent - totals.uploaded)),
              })}
            </Term>
          )}
        </>
      );
    case 'requests':
      return (
        <>
          <Term sign="=">HEAD {groupedCount(requests.head)}</Term>
          <Term sign="+">{t('term.mount', { value: groupedCount(requests.mount) })}</Term>
        </>
      );
  }
}

/** What a formula has to say besides its terms. */
function useFormulaNote(figure: Figure, totals: Totals): string {
  const { t } = useTranslation('savings');
  const { counterfactual: tart } = totals;
  const requests = totals.requests ?? NOT_TOLD;
  switch (figure) {
    case 'tart':
      return t('note.tart', {
        read: formatBytes(tart.read),
        encoded: formatBytes(tart.encoded),
        sent: formatBytes(tart.sent),
      });
    case 'notSent':
      return t('note.notSent', {
        percent: percentOf(totals.notSent, totals.pushed) ?? '0 %',
        notSent: formatBytes(totals.notSent),
        pushed: formatBytes(totals.pushed),
      });
    case 'requests':
      return t('note.requests', { upload: groupedCount(requests.upload), manifest: groupedCount(requests.manifest) });
    case 'notRead':
    case 'notEncoded':
    case 'notStored':
    case 'sent':
      return t(`note.${figure}`);
  }
}
