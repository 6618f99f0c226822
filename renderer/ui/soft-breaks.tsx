import { Fragment, type ReactElement } from 'react';

/** A name that may go on in the next line behind each separator, before a word in it is cut. It is read and copied as it is. */
export function SoftBreaks(props: { readonly text: string; readonly after: '/' | '.' }): ReactElement {
  const { text, after } = props;
  const parts = text.split(after);
  return (
    <>
      {parts.map((part, at) => (
        <Fragment key={at}>
          {part}
          {at < parts.length - 1 && after}
          {at < parts.length - 1 && <wbr />}
        </Fragment>
      ))}
    </>
  );
}
