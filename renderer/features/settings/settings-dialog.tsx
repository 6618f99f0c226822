import { type ReactElement, useEffect, useState } from 'react';
import { Button, CheckboxButton, CheckboxField, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type Settings, settingsSchema } from '../../../shared/models/settings.ts';
import { useClient } from '../../state/client.ts';

const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
const LANGUAGES = ['system', 'en', 'zh-CN'] as const;
const SCALES = [80, 90, 100, 110, 125, 150] as const;

/** The person's choices; each takes effect when it is made. */
export function SettingsDialog({ onClose }: { readonly onClose: () => void }): ReactElement | null {
  const { t } = useTranslation('app');
  const client = useClient();
  const [settings, setSettings] = useState<Settings | null>(null);
  useEffect(() => {
    void client.call('settings.get', null).then(setSettings);
  }, [client]);
  if (settings === null) return null;
  const change = (part: Partial<Settings>): void => {
    const next = settingsSchema.safeParse({ ...settings, ...part });
    if (!next.success) return;
    setSettings(next.data);
    void client.call('settings.set', next.data);
  };
  const choose = (): void => {
    void client
      .call('app.chooseFolder', null)
      .then((folder) => (folder === null ? undefined : change({ tartHome: folder })));
  };
  return (
    <ModalOverlay
      className="dialog-backdrop"
      isOpen
      isDismissable
      onOpenChange={(open) => (open ? undefined : onClose())}
    >
      <Modal className="dialog">
        <Dialog>
          <Heading slot="title">{t('settings')}</Heading>
          <div className="form-row">
            <label htmlFor="setting-theme">{t('theme')}</label>
            <select
              id="setting-theme"
              className="input"
              value={settings.theme}
              onChange={(event) => change({ theme: settingsSchema.shape.theme.parse(event.target.value) })}
            >
              {THEMES.map((theme) => (
                <option key={theme} value={theme}>
                  {t(`themes.${theme}`)}
                </option>
              ))}
            </select>
          </div>
          <div className="form-row">
            <label htmlFor="setting-language">{t('language')}</label>
            <select
              id="setting-language"
              className="input"
              value={settings.language}
              title={t('languageNext')}
              onChange={(event) => change({ language: settingsSchema.shape.language.parse(event.target.value) })}
            >
              {LANGUAGES.map((language) => (
                <option key={language} value={language}>
                  {t(`languages.${language}`)}
                </option>
              ))}
            </select>
          </div>
          <div className="form-row">
            <label htmlFor="setting-scale">{t('textSize')}</label>
            <select
              id="setting-scale"
              className="input"
              value={settings.textScale}
              onChange={(event) => change({ textScale: Number(event.target.value) })}
            >
              {SCALES.map((scale) => (
                <option key={scale} value={scale}>{`${scale} %`}</option>
              ))}
            </select>
          </div>
          <div className="form-row">
            <span className="label">{t('tartHome')}</span>
            <span>
              <code className="digest">{settings.tartHome ?? ''}</code>{' '}
              <Button className="button button-small" onPress={choose}>
                {t('chooseFolder')}
              </Button>{' '}
              {settings.tartHome !== null && (
                <Button className="button button-small" onPress={() => change({ tartHome: null })}>
                  {t('useDefault')}
                </Button>
              )}
            </span>
          </div>
          <div className="form-row">
            <label htmlFor="setting-concurrency">{t('layersAtOnce')}</label>
            <input
              id="setting-concurrency"
              className="input"
              type="number"
              min={1}
              max={16}
              value={settings.concurrency}
              onChange={(event) => change({ concurrency: Number(event.target.value) })}
            />
          </div>
          <div className="form-row">
            <label htmlFor="setting-speed">{t('speedLimit')}</label>
            <input
              id="setting-speed"
              className="input"
              type="number"
              min={1}
              placeholder={t('noLimit')}
              value={settings.bandwidthLimit === null ? '' : settings.bandwidthLimit / 1_000_000}
              onChange={(event) =>
                change({
                  bandwidthLimit: event.target.value === '' ? null : Math.round(Number(event.target.value) * 1_000_000),
                })
              }
            />
          </div>
          <CheckboxField isSelected={settings.notifyWhenDone} onChange={(notifyWhenDone) => change({ notifyWhenDone })}>
            <CheckboxButton className="checkbox">
              <span className="checkbox-box" aria-hidden="true" />
              {t('notify')}
            </CheckboxButton>
          </CheckboxField>
          <div className="dialog-foot">
            <Button className="button button-primary" onPress={onClose}>
              {t('done')}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
