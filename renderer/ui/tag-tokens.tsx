import type { ReactElement } from 'react';
import { orderTags } from './tag-order.ts';
import './tag-tokens.css';

/** See {@link TagTokens}. */
export interface TagTokensProps {
  readonly tags: readonly string[];
  /** Tokens that are drawn before `+n`. */
  readonly most: number;
}

/** Tags as tokens, versions first, then names, then dates; what does not fit is a `+n` whose tooltip names the rest. */
export function TagTokens({ tags, most }: TagTokensProps): ReactElement {
  const sorted = orderTags(tags);
  const shown = sorted.slice(0, most);
  const rest = sorted.slice(shown.length);
  return (
    <span className="tag-tokens">
      {shown.map((tag) => (
        <span className="tag-token" key={tag} data-tag={tag}>
          {tag}
        </span>
      ))}
      {rest.length > 0 && (
        <span className="tag-token tag-token-more" data-tip={moreWords(rest)}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}

/** Tags in a tooltip: one a line, no more than a tooltip holds. */
function moreWords(tags: readonly string[]): string {
  const MOST = 20;
  return tags.length <= MOST ? tags.join('\n') : `${tags.slice(0, MOST).join('\n')}\n…`;
}
