import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { parseImageLocation } from '../../../shared/models/image-location.ts';
import { readTarget, type TargetDraft, type TargetProblem } from './target-draft.ts';

interface TargetProblemLineProps {
  readonly id: string;
  readonly target: TargetDraft;
  /** What is to be told; null = nothing is wrong. */
  readonly problem: TargetProblem | null;
  /** Takes the correction. */
  readonly onUse: (text: string) => void;
}

/** The line under a target field: what does not fit, where, with the correction; or that Tart's narrower grammar cannot pull it. */
export function TargetProblemLine({ id, target, problem, onUse }: TargetProblemLineProps): ReactElement | null {
  const { t } = useTranslation('push');
  if (problem !== null) {
    return (
      <div id={id} className="target-problem" data-tone={problem.kind === 'missing' ? 'quiet' : undefined}>
        <ProblemWords problem={problem} onUse={onUse} />
      </div>
    );
  }
  const references = readTarget(target).references.filter((text) => {
    const location = parseImageLocation(text);
    return location.kind === 'registry' && !location.reference.tartCanPull;
  });
  if (references.length === 0) return null;
  return (
    <div id={id} className="target-problem" data-tone="warning">
      {t('tartCannotPull', { references: references.join(', ') })}
    </div>
  );
}

function ProblemWords(props: { problem: TargetProblem; onUse: (text: string) => void }): ReactNode {
  const { problem, onUse } = props;
  const { t } = useTranslation('push');
  if (problem.kind === 'missing') return t(`missing.${problem.part}`);
  const { text, position, suggestion } = problem;
  const wrong = text.slice(position, position + 1);
  return (
    <>
      {t(`invalid.${problem.expected}`)}{' '}
      <span className="target-problem-place">
        {wrong === '' ? t('invalidAtEnd') : t('invalidAt', { position: position + 1, character: wrong })}
      </span>
      {suggestion !== null && (
        <button
          type="button"
          className="link-button"
          onClick={() => {
            onUse(suggestion);
          }}
        >
          {t('useInstead', { text: suggestion })}
        </button>
      )}
    </>
  );
}
