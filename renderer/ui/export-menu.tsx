import { Braces, FileDown, Globe, type LucideIcon, Table } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../shared/errors/app-error.ts';
import type { ReportFormat, ReportRequest } from '../../shared/models/report.ts';
import { useClient } from '../state/client.ts';
import { showToast } from '../state/toasts.ts';
import { MenuButton } from './menu-button.tsx';

/** The forms of a report, in the order of the menu. */
const FORMATS = [
  ['html', Globe],
  ['csv', Table],
  ['json', Braces],
] as const satisfies readonly (readonly [ReportFormat, LucideIcon])[];

/** `tartan-savings-2026-11-26.csv`: the name that is offered. */
function fileName(subject: string, format: ReportFormat): string {
  const date = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `tartan-${subject}-${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}.${format}`;
}

/** Writes what a screen shows into a file: a page with its pictures, tables, or a document for programs. */
export function ExportMenu(props: {
  /** What it is of, as a part of the file's name. */
  readonly subject: string;
  /** Says that the file is written. */
  readonly written: string;
  readonly write: (request: Pick<ReportRequest, 'format' | 'language'> & { readonly path: string }) => Promise<unknown>;
  readonly onError: (error: ErrorData | null) => void;
}): ReactElement {
  const { subject, written, write, onError } = props;
  const { t, i18n } = useTranslation('savings');
  const language = i18n.language === 'zh-CN' ? 'zh-CN' : 'en';
  const client = useClient();
  const [writing, setWriting] = useState(false);

  async function act(format: ReportFormat): Promise<void> {
    const path = await client.call('app.chooseReportTarget', { name: fileName(subject, format), format });
    if (path === null) return;
    setWriting(true);
    onError(null);
    try {
      await write({ format, language, path });
      showToast({ title: written, more: path, action: null });
    } catch (thrown) {
      onError(toAppError(thrown).toData());
    } finally {
      setWriting(false);
    }
  }

  return (
    <MenuButton
      className="button button-small"
      label={t('export')}
      groups={[FORMATS.map(([id, icon]) => ({ id, icon, label: t(`exportAs.${id}`), act: () => void act(id) }))]}
      edge="end"
      isPending={writing}
    >
      <FileDown size={14} strokeWidth={1.75} aria-hidden="true" />
      {t('export')}
    </MenuButton>
  );
}
