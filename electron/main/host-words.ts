/** Languages of the words that the host itself says; the window has its own. */
export type HostLanguage = 'en' | 'zh-CN';

/** The language to speak: the setting, or what the system's language comes nearest to. */
export function hostLanguage(setting: HostLanguage | 'system', systemLanguage: string): HostLanguage {
  if (setting !== 'system') return setting;
  return /^zh\b/i.test(systemLanguage) ? 'zh-CN' : 'en';
}

/** The first of the system's languages that is a language tag: a machine without one says `C`. */
export function systemLanguageOf(candidates: readonly string[]): string {
  for (const candidate of candidates) {
    try {
      const [tag] = Intl.getCanonicalLocales(candidate);
      if (tag !== undefined) return tag;
    } catch {
      // Not a language tag.
    }
  }
  return 'en';
}

const EN = {
  about: 'About Tartan',
  settings: 'Settings…',
  services: 'Services',
  hide: 'Hide Tartan',
  hideOthers: 'Hide others',
  showAll: 'Show all',
  quit: 'Quit Tartan',
  file: 'File',
  push: 'Push…',
  copyTo: 'Copy to…',
  close: 'Close window',
  edit: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  view: 'View',
  search: 'Search and commands…',
  focusLocal: 'Local',
  focusRegistries: 'Registries',
  focusDetail: 'Detail',
  savings: 'Savings',
  compare: 'Compare images…',
  toggleLocal: 'Show or hide Local',
  toggleDrawer: 'Show or hide transfers',
  fullScreen: 'Full screen',
  reload: 'Reload',
  devTools: 'Developer tools',
  window: 'Window',
  minimize: 'Minimize',
  zoom: 'Zoom',
  front: 'Bring all to front',
  help: 'Help',
  tryIt: 'Try it with a sample VM',
  website: 'Tart on the web',
  chooseFolder: 'Choose',
  importArchive: 'Import',
  exportArchive: 'Export',
  archives: 'Archives of images',
  reports: { csv: 'Tables', json: 'JSON', html: 'Web page' },
  keepRunning: 'Keep running',
  quitAndResume: 'Quit and resume later',
  quitQuestion: (jobs: number): string =>
    jobs === 1 ? 'A transfer is still running.' : `${jobs} transfers are still running.`,
  quitDetail: 'What was sent stays with the registry. It goes on from there when you resume it.',
  pushDone: (vm: string): string => `${vm} is pushed`,
  pushFailed: (vm: string): string => `${vm} was not pushed`,
  copyDone: (image: string): string => `${image} is copied`,
  copyFailed: (image: string): string => `${image} was not copied`,
  startFailed: 'Tartan cannot open its state folder',
  startFailedDetail: (folder: string): string => `Look whether ${folder} can be written and its volume has room.`,
};

/** The words of one language. */
export type HostWords = typeof EN;

const ZH: HostWords = {
  about: '关于 Tartan',
  settings: '设置…',
  services: '服务',
  hide: '隐藏 Tartan',
  hideOthers: '隐藏其他',
  showAll: '全部显示',
  quit: '退出 Tartan',
  file: '文件',
  push: '推送…',
  copyTo: '复制到…',
  close: '关闭窗口',
  edit: '编辑',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  selectAll: '全选',
  view: '显示',
  search: '搜索和命令…',
  focusLocal: '本地',
  focusRegistries: 'Registry',
  focusDetail: '详情',
  savings: '节省',
  compare: '比较镜像…',
  toggleLocal: '显示或隐藏本地',
  toggleDrawer: '显示或隐藏传输',
  fullScreen: '全屏',
  reload: '重新载入',
  devTools: '开发者工具',
  window: '窗口',
  minimize: '最小化',
  zoom: '缩放',
  front: '前置全部窗口',
  help: '帮助',
  tryIt: '用示例虚拟机试一试',
  website: 'Tart 网站',
  chooseFolder: '选择',
  importArchive: '导入',
  exportArchive: '导出',
  archives: '镜像归档',
  reports: { csv: '表格', json: 'JSON', html: '网页' },
  keepRunning: '继续运行',
  quitAndResume: '退出，稍后继续',
  quitQuestion: (jobs) => `还有 ${jobs} 个传输正在进行。`,
  quitDetail: '已发送的内容保留在 Registry 中。恢复后，传输将从那里继续。',
  pushDone: (vm) => `${vm} 已推送`,
  pushFailed: (vm) => `${vm} 未能推送`,
  copyDone: (image) => `${image} 已复制`,
  copyFailed: (image) => `${image} 未能复制`,
  startFailed: 'Tartan 无法打开其状态文件夹',
  startFailedDetail: (folder) => `请检查 ${folder} 是否可写，以及所在卷是否有足够空间。`,
};

/** The words of a language. */
export function hostWords(language: HostLanguage): HostWords {
  return language === 'zh-CN' ? ZH : EN;
}
