import { Fragment, type ReactElement, type ReactNode } from 'react';
import { SoftBreaks } from '../../ui/soft-breaks.tsx';

/** A name and its value; `more` stands behind it in a quieter colour. */
export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  readonly more?: string;
}

/** Facts in two pairs a line, four in a wide pane. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): ReactElement {
  return (
    <dl className="facts">
      {facts.map(({ name, value, more = '' }) => (
        <Fragment key={name}>
          <dt>
            <SoftBreaks text={name} after="." />
          </dt>
          <dd>
            {value}
            {more !== '' && <span className="facts-more"> {more}</span>}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
