import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import enErrors from '../../shared/errors/words.en.json';
import zhErrors from '../../shared/errors/words.zh-CN.json';
import type { Settings } from '../../shared/models/settings.ts';
import enBrowse from './en/browse.json';
import enCompare from './en/compare.json';
import enCopies from './en/copies.json';
import enCopy from './en/copy.json';
import enDrag from './en/drag.json';
import enFirstRun from './en/first-run.json';
import enPalette from './en/palette.json';
import enPanes from './en/panes.json';
import enPush from './en/push.json';
import enRegistry from './en/registry.json';
import enSavings from './en/savings.json';
import enSettings from './en/settings.json';
import enSignIn from './en/sign-in.json';
import enSnapshots from './en/snapshots.json';
import enStore from './en/store.json';
import enTags from './en/tags.json';
import enTransfers from './en/transfers.json';
import enWeave from './en/weave.json';
import zhBrowse from './zh-CN/browse.json';
import zhCompare from './zh-CN/compare.json';
import zhCopies from './zh-CN/copies.json';
import zhCopy from './zh-CN/copy.json';
import zhDrag from './zh-CN/drag.json';
import zhFirstRun from './zh-CN/first-run.json';
import zhPalette from './zh-CN/palette.json';
import zhPanes from './zh-CN/panes.json';
import zhPush from './zh-CN/push.json';
import zhRegistry from './zh-CN/registry.json';
import zhSavings from './zh-CN/savings.json';
import zhSettings from './zh-CN/settings.json';
import zhSignIn from './zh-CN/sign-in.json';
import zhSnapshots from './zh-CN/snapshots.json';
import zhStore from './zh-CN/store.json';
import zhTags from './zh-CN/tags.json';
import zhTransfers from './zh-CN/transfers.json';
import zhWeave from './zh-CN/weave.json';

/** The catalogues of the window, by language and namespace. */
export const CATALOGUES = {
  en: {
    panes: enPanes,
    firstRun: enFirstRun,
    registry: enRegistry,
    savings: enSavings,
    settings: enSettings,
    push: enPush,
    signIn: enSignIn,
    transfers: enTransfers,
    weave: enWeave,
    snapshots: enSnapshots,
    store: enStore,
    tags: enTags,
    browse: enBrowse,
    compare: enCompare,
    copies: enCopies,
    copy: enCopy,
    drag: enDrag,
    palette: enPalette,
    errors: enErrors,
  },
  'zh-CN': {
    panes: zhPanes,
    firstRun: zhFirstRun,
    registry: zhRegistry,
    savings: zhSavings,
    settings: zhSettings,
    push: zhPush,
    signIn: zhSignIn,
    transfers: zhTransfers,
    weave: zhWeave,
    snapshots: zhSnapshots,
    store: zhStore,
    tags: zhTags,
    browse: zhBrowse,
    compare: zhCompare,
    copies: zhCopies,
    copy: zhCopy,
    drag: zhDrag,
    palette: zhPalette,
    errors: zhErrors,
  },
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
    defaultNS: 'panes',
    interpolation: { escapeValue: false },
  });
}

/** Changes the language of a window that is open; what is on the screen is drawn anew. */
export async function changeWords(choice: Settings['language'], system: string): Promise<void> {
  const language = shownLanguage(choice, system);
  if (i18next.language === language) return;
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}
