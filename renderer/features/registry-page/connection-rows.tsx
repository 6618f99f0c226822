import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import type { RegistryChoices } from '../../../shared/models/registry-choices.ts';
import { dayWords } from '../../ui/moment.ts';
import { SettingsRow } from '../settings/settings-page.tsx';
import { SwitchControl } from '../settings/switch-control.tsx';
import { ChooseAuthority } from './choose-authority.tsx';
import { PasteAuthority } from './paste-authority.tsx';

/** How a registry is reached: an accepted certificate, plain http, its own authority. */
export function ConnectionRows(props: {
  readonly registry: Registry;
  readonly choose: (given: Partial<RegistryChoices>) => void;
  readonly onCertificate: () => void;
}): ReactElement {
  const { registry, choose, onCertificate } = props;
  const { t, i18n } = useTranslation('registry');
  const { insecure, exception } = registry.choices;
  // Over plain http there is none to show.
  const secure = registry.capabilities?.found.address.detail !== 'http' && !insecure;
  return (
    <>
      <SettingsRow
        name={t('settings:connection')}
        {...(exception === null
          ? {}
          : {
              note: t('acceptNote', {
                subject: exception.subject,
                fingerprint: `${exception.fingerprint.slice(0, 6)}…${exception.fingerprint.slice(-6)}`,
                day: dayWords(exception.validTo, i18n.language),
              }),
            })}
      >
        {(exception !== null || secure) && (
          <span className="connection-line">
            {exception !== null && (
              <SwitchControl
                label={t('acceptCertificate')}
                selected
                onChange={(on) => {
                  if (!on) choose({ exception: null });
                }}
              />
            )}
            {secure && (
              <Button className="row-link" onPress={onCertificate}>
                {t('showCertificate')}
              </Button>
            )}
          </span>
        )}
        <span className="connection-line">
          <SwitchControl label={t('panes:plainHttp')} selected={insecure} onChange={(on) => choose({ insecure: on })} />
          <span className="settings-unit">{t(insecure ? 'settings:plainHttpOn' : 'settings:plainHttpOff')}</span>
        </span>
      </SettingsRow>
      {secure && <AuthorityRow registry={registry} choose={choose} />}
    </>
  );
}

function AuthorityRow({
  registry,
  choose,
}: {
  readonly registry: Registry;
  readonly choose: (given: Partial<RegistryChoices>) => void;
}): ReactElement {
  const { t } = useTranslation('registry');
  const [pasting, setPasting] = useState(false);
  const { ca } = registry.choices;
  const count = ca === null ? 0 : ca.split('-----BEGIN').length - 1;
  return (
    <SettingsRow name={t('authority')} note={t('authorityNote')}>
      <span>{count === 0 ? t('authorityNone') : t('authority', { count })}</span>
      <ChooseAuthority onTake={(text) => choose({ ca: text === '' ? 'unreadable' : text })} />
      <Button className="button" onPress={() => setPasting(true)}>
        {t('paste')}
      </Button>
      {ca !== null && (
        <Button className="button" onPress={() => choose({ ca: null })}>
          {t('removeAuthority')}
        </Button>
      )}
      {pasting && (
        <PasteAuthority
          host={registry.host}
          onTake={(text) => choose({ ca: text })}
          onClose={() => setPasting(false)}
        />
      )}
    </SettingsRow>
  );
}
