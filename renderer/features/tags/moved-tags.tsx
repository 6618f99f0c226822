import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import type { ConflictAnswer, ToldChange } from './use-tag-edit.ts';
import './tags.css';
import { Segments } from '../../ui/segments.tsx';

const CHOICES = ['leave', 'overwrite'] as const;
type Choice = (typeof CHOICES)[number];

/** The tag of a change that is somewhere else than it was seen, and where it is now. */
function movedTag({ change, found, foundTo }: ToldChange): { readonly tag: string; readonly now: string | null } {
  const renamedOnto = change.kind === 'rename' && foundTo !== null && (change.expected ?? found) === found;
  return renamedOnto ? { tag: change.to ?? '', now: foundTo } : { tag: change.tag, now: found };
}

/** Asks once for all tags that moved since they were seen: leave each as it is now, or change it all the same. */
export function MovedTags(props: {
  readonly told: readonly ToldChange[];
  readonly onAnswer: (answer: ConflictAnswer | null) => void;
}): ReactElement {
  const { told, onAnswer } = props;
  const { t } = useTranslation('tags');
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(new Map());
  const choiceOf = (tag: string): Choice => choices.get(tag) ?? 'leave';
  const overwritten = told.filter(({ change }) => choiceOf(change.tag) === 'overwrite').length;
  return (
    <DialogFrame title={t('movedTitle', { count: told.length })} role="alertdialog" onClose={() => onAnswer(null)}>
      <p className="dialog-text">{t('movedText')}</p>
      <ul className="moved-tags">
        {told.map((one) => {
          const { tag, now } = movedTag(one);
          return (
            <li key={one.change.tag}>
              <span className="tag-token">{tag}</span>
              <span className="moved-now">{now === null ? t('isGone') : t('isAt', { digest: shortDigest(now) })}</span>
              <Segments
                label={t('decideFor', { tag })}
                choices={CHOICES}
                value={choiceOf(one.change.tag)}
                words={(choice) => t(choice)}
                onChange={(next) => setChoices((before) => new Map([...before, [one.change.tag, next]]))}
              />
            </li>
          );
        })}
      </ul>
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={() => onAnswer(null)}>
          {t('cancel')}
        </Button>
        <Button
          className={overwritten > 0 ? 'button button-danger' : 'button button-primary'}
          onPress={() => onAnswer(new Map(told.map(({ change }) => [change.tag, choiceOf(change.tag)])))}
        >
          {overwritten > 0 ? t('overwriteAct', { count: overwritten }) : t('leaveAct')}
        </Button>
      </div>
    </DialogFrame>
  );
}
