import type { ReactElement, ReactNode } from 'react';

/** One page of the settings: a title, what it is about, its rows. */
export function SettingsPage(props: {
  readonly title: string;
  readonly about?: string;
  readonly children: ReactNode;
}): ReactElement {
  const { title, about, children } = props;
  return (
    <div className="settings-page">
      <h1>{title}</h1>
      {about !== undefined && <p className="settings-about">{about}</p>}
      <div className="settings-rows">{children}</div>
    </div>
  );
}

/** A setting: its name left, its control right, a note below it. `htmlFor` joins the name to the control. */
export function SettingsRow(props: {
  readonly name: string;
  readonly htmlFor?: string;
  readonly note?: string;
  readonly children: ReactNode;
}): ReactElement {
  const { name, htmlFor, note, children } = props;
  return (
    <div className="settings-row">
      {htmlFor === undefined ? <span className="settings-name">{name}</span> : <label htmlFor={htmlFor}>{name}</label>}
      <div>
        <div className="settings-control">{children}</div>
        {note !== undefined && <p>{note}</p>}
      </div>
    </div>
  );
}
