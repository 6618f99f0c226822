import { Undo2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Button, RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Registry, TagGroup } from '../../../shared/models/registry.ts';
import type { OfferedWay, TagWay } from '../../../shared/models/tag-edit.ts';
import { CheckBox } from '../../ui/check-box.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { momentWords } from '../../ui/moment.ts';
import { orderTags } from '../../ui/tag-order.ts';
import type { DeletionAnswer, DeletionQuestion } from './use-tag-edit.ts';
import './tags.css';

/** See {@link DeleteTags}. */
export interface DeleteTagsProps {
  readonly host: string;
  readonly repository: string;
  readonly question: DeletionQuestion;
  /** What is known of the image; null = nothing. */
  readonly group: TagGroup | null;
  /** To tell where the image stays. */
  readonly registries: readonly Registry[];
  readonly onAnswer: (answer: DeletionAnswer | null) => void;
}

/** References elsewhere that are told one by one. */
const MOST_ELSEWHERE = 4;

/** References of a digest in other repositories, as they were last read. */
function elsewhere(registries: readonly Registry[], digest: string, host: string, repository: string): string[] {
  return registries.flatMap((registry) =>
    registry.repositories
      .filter((one) => registry.host !== host || one.repository !== repository)
      .flatMap((one) =>
        one.groups
          .filter((group) => group.digest === digest)
          .map(({ tags }) => `${registry.host}/${one.repository}:${tags[0] ?? ''}`),
      ),
  );
}

const touchedBy = ({ alsoRemoved, putBack }: OfferedWay): string[] => [...alsoRemoved, ...putBack];

/**
 * Asks before a manifest is deleted: which tags go with it, what that frees, where the image stays, how they can be kept.
 */
export function DeleteTags(props: DeleteTagsProps): ReactElement {
  const { host, repository, question, group, registries, onAnswer } = props;
  const { t } = useTranslation('tags');
  const { told, digest } = question;
  const ways = told[0]?.ways ?? [];
  const chosen = told.map(({ change }) => change.tag);
  // The new name of a rename is touched as well, and nobody else's.
  const renamedTo = new Set(told.map(({ change }) => change.to));
  const others = orderTags([...new Set(ways.flatMap(touchedBy))].filter((tag) => !renamedTo.has(tag)));
  const whole = ways.find(({ way }) => way === 'digest');
  const gentle = ways.filter(({ way }) => way !== 'digest');
  const renames = told.some(({ change }) => change.kind === 'rename');
  const [keep, setKeep] = useState(whole === undefined);
  const [way, setWay] = useState<TagWay>(gentle[0]?.way ?? 'digest');
  const going = keep ? chosen : [...chosen, ...(whole?.alsoRemoved ?? [])];
  const taken = keep ? ways.find((offered) => offered.way === way) : whole;
  const count = going.length;
  const title = renames
    ? t('renameTitle', { tag: chosen[0] ?? '', to: told[0]?.change.to ?? '' })
    : t(others.length > 0 ? 'deleteShared' : 'deleteTitle', { count: keep ? count : chosen.length + others.length });
  return (
    <DialogFrame title={title} role="alertdialog" onClose={() => onAnswer(null)}>
      <p className="dialog-text">
        {others.length === 0
          ? t('byDigestAlone', { count: chosen.length })
          : t(keep ? 'byDigestKept' : 'byDigest', { tags: chosen.join(', '), count: others.length })}
      </p>
      <div className="delete-card">
        <p>
          <span className="tag-tokens">
            {[...chosen, ...others].map((tag) => (
              <span key={tag} className="tag-token" data-state={going.includes(tag) ? 'goes' : undefined}>
                {tag}
              </span>
            ))}
          </span>
          <code className="digest" data-tip={digest}>
            {shortDigest(digest)}
          </code>
        </p>
        <DeleteFacts
          group={keep && others.length > 0 ? null : group}
          pushed={group?.uploadTime ?? null}
          elsewhere={elsewhere(registries, digest, host, repository)}
          neededBy={told[0]?.neededBy ?? []}
        />
      </div>
      <p className="delete-undo">
        <Undo2 size={14} strokeWidth={1.75} aria-hidden="true" />
        <span>{t('undoMeans')}</span>
      </p>
      {whole !== undefined && gentle.length > 0 && (
        <CheckBox selected={keep} onChange={setKeep}>
          {t('keepOthers', { tags: others.join(', '), count: others.length })}
        </CheckBox>
      )}
      {keep && gentle.length > 0 && (
        <RadioGroup
          className="delete-ways"
          aria-label={t('howKept')}
          value={way}
          onChange={(value) => setWay(gentle.find((offered) => offered.way === value)?.way ?? way)}
        >
          {gentle.map((offered) => (
            <RadioField key={offered.way} value={offered.way}>
              <RadioButton className="radio">
                <span className="radio-dot" aria-hidden="true" />
                {t(`way.${offered.way}`, { tags: chosen.join(', '), others: offered.putBack.join(', ') })}
              </RadioButton>
            </RadioField>
          ))}
        </RadioGroup>
      )}
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={() => onAnswer(null)}>
          {t('cancel')}
        </Button>
        <Button
          className="button button-danger"
          isDisabled={taken === undefined}
          onPress={() => {
            if (taken !== undefined) onAnswer({ way: taken.way, shown: touchedBy(taken) });
          }}
        >
          {renames ? t('renameAct') : t('deleteAct', { count })}
        </Button>
      </div>
    </DialogFrame>
  );
}

function DeleteFacts(props: {
  /** The image that goes; null = it stays, or nothing is known of it. */
  readonly group: TagGroup | null;
  readonly pushed: string | null;
  readonly elsewhere: readonly string[];
  readonly neededBy: readonly string[];
}): ReactElement | null {
  const { group, pushed, elsewhere: others, neededBy } = props;
  const { t, i18n } = useTranslation('tags');
  const told = [...others.slice(0, MOST_ELSEWHERE), ...(others.length > MOST_ELSEWHERE ? ['…'] : [])];
  const { size = null, onlyHere = null } = group ?? {};
  const facts = [
    ...(onlyHere === null || size === null
      ? []
      : [[t('frees'), t('freesUpTo', { bytes: formatBytes(onlyHere), size: formatBytes(size) })] as const]),
    ...(pushed === null ? [] : [[t('pushed'), momentWords(Date.parse(pushed), i18n.language)] as const]),
    ...(told.length === 0 ? [] : [[t('staysElsewhere'), told.join(' ')] as const]),
    ...(neededBy.length === 0 ? [] : [[t('neededBy'), neededBy.join(', ')] as const]),
  ];
  if (facts.length === 0) return null;
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
