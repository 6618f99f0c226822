import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import enErrors from '../../shared/errors/words.en.json';
import zhErrors from '../../shared/errors/words.zh-CN.json';
import type { Settings } from '../../shared/models/settings.ts';
import enApp from './en/app.json';
import enPush from './en/push.json';
import enTransfers from './en/transfers.json';
import enWeave from './en/weave.json';
import zhApp from './zh-CN/app.json';
import zhPush from './zh-CN/push.json';
import zhTransfers from './zh-CN/transfers.json';
import zhWeave from './zh-CN/weave.json';

/** The catalogues of the window, by language and namespace. */
export const CATALOGUES = {
  en: { app: enApp, push: enPush, transfers: enTransfers, weave: enWeave, errors: enErrors },
  'zh-CN': { app: zhApp, push: zhPush, transfers: zhTransfers, weave: zhWeave, errors: zhErrors },
} as const;

/** The language to show: the person's choice, else Chinese where the system speaks it, else English. */
export function shownLanguage(choice: Settings['language'], system: string): 'en' | 'zh-CN' {
  if (choice !== 'system') return choice;
  return system.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** Loads the words before the first paint. */
export async function startWords(choice: Settings['language'], system: string): Promise<void> {
  const language = shownLanguage(choice, system);
  document.documentElement.lang = language;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: CATALOGUES,
    defaultNS: 'app',
    interpolation: { escapeValue: false },
  });
}
