import { ChevronsUpDown } from 'lucide-react';
import { type ReactElement, useId, useMemo, useState } from 'react';
import {
  Autocomplete,
  Button,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  Select,
  SelectValue,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { totalBytes } from '../../../shared/format/compared.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import { shownName } from '../../../shared/format/shown-name.ts';
import type { ComparedName, ComparedSide } from '../../../shared/models/comparison.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { dayWords, momentWords } from '../../ui/moment.ts';
import { TagTokens } from '../../ui/tag-tokens.tsx';
import { keyOfSide, type SideChoice } from './compare-sides.ts';
import './compare-sides.css';

/** Choices that are listed at most; typing finds the others. */
const MOST_LISTED = 200;
const TOKENS = 3;

/** See {@link SidePicker}. */
export interface SidePickerProps {
  readonly letter: 'A' | 'B';
  readonly choices: readonly SideChoice[];
  readonly chosen: ComparedName | null;
  /** What is known of it; null while it is not. */
  readonly side: ComparedSide | null;
  readonly onChoose: (name: ComparedName) => void;
}

/** One side of the comparison: what it is, and a list to choose another from. */
export function SidePicker({ letter, choices, chosen, side, onChoose }: SidePickerProps): ReactElement {
  const { t } = useTranslation('compare');
  const named = useId();
  const [wanted, setWanted] = useState('');
  const listed = useMemo(() => {
    const words = wanted.trim().toLowerCase();
    const found = words === '' ? choices : choices.filter(({ title }) => title.toLowerCase().includes(words));
    return found.slice(0, MOST_LISTED);
  }, [choices, wanted]);
  return (
    <Select
      className="compare-side"
      aria-label={t('side', { letter })}
      value={chosen === null ? null : keyOfSide(chosen)}
      onChange={(key) => {
        const found = choices.find((choice) => choice.key === key);
        if (found !== undefined) onChoose(found.name);
      }}
      onOpenChange={() => setWanted('')}
    >
      <Button className="compare-side-button" aria-labelledby={named}>
        <span id={named} className="compare-side-name">
          <span className="compare-letter">
            <span className="visually-hidden">{t('side', { letter: '' })}</span>
            {letter}
          </span>
          <SelectValue className="compare-side-words">
            {() => <SideWords chosen={chosen} side={side} choices={choices} />}
          </SelectValue>
        </span>
        <ChevronsUpDown size={14} strokeWidth={1.75} aria-hidden="true" />
      </Button>
      <Popover className="popover menu-popover compare-choices" placement="bottom start">
        <Autocomplete inputValue={wanted} onInputChange={setWanted}>
          <SearchField aria-label={t('find')} autoFocus className="compare-find">
            <Input className="field" placeholder={t('find')} />
          </SearchField>
          <ListBox
            className="menu"
            aria-label={t('side', { letter })}
            items={listed.map((choice) => ({ ...choice, id: choice.key }))}
            renderEmptyState={() => <p className="compare-none">{t('noneFound')}</p>}
          >
            {(choice) => (
              <ListBoxItem id={choice.key} textValue={choice.title} className="menu-row">
                <span>{choice.title}</span>
                <span className="compare-choice-note">{choice.note}</span>
              </ListBoxItem>
            )}
          </ListBox>
        </Autocomplete>
      </Popover>
    </Select>
  );
}

function SideWords(props: Pick<SidePickerProps, 'chosen' | 'side' | 'choices'>): ReactElement {
  const { chosen, side, choices } = props;
  const { t, i18n } = useTranslation('compare');
  if (chosen === null) return <span className="compare-side-none">{t('choose')}</span>;
  if (side === null) {
    const title =
      choices.find(({ key }) => key === keyOfSide(chosen))?.title ??
      // The id of one that is not in the list says nothing.
      (chosen.kind === 'snapshot' ? t('snapshot') : chosen.name);
    return <span className="compare-side-title">{title}</span>;
  }
  const packed = t('packed', { bytes: totalBytes({ bytes: side.packed, estimated: side.estimated }) });
  const facts = [
    ...(side.cached ? [t('inCache')] : []),
    ...(side.madeMs === null ? [] : [t('snapshotOf', { time: momentWords(side.madeMs, i18n.language) })]),
    ...(side.state === null ? [] : [t('localVm'), t(`state.${side.state}`)]),
    ...(side.digest === null ? [] : [`sha256:${shortDigest(side.digest)}`]),
    ...(side.uploadTime === null ? [] : [t('pushed', { day: dayWords(Date.parse(side.uploadTime), i18n.language) })]),
    t('disk', { bytes: formatBytes(side.diskSize) }),
    packed,
  ];
  return (
    <>
      <span className="compare-side-title">
        <FrontCut path={shownName(side.title)} />
        {side.tags.length > 0 && <TagTokens tags={side.tags} most={TOKENS} />}
      </span>
      <span className="compare-side-facts">
        {facts.map((fact, at) => (
          <span key={fact}>{at < facts.length - 1 ? `${fact}${t('comma')}` : fact}</span>
        ))}
      </span>
    </>
  );
}
