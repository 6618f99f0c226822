import type { ReactElement } from 'react';
import { CompareScreen } from '../features/compare/compare-screen.tsx';
import { SavingsScreen } from '../features/savings/savings-screen.tsx';
import { SettingsScreen } from '../features/settings/settings-screen.tsx';
import { THIS_COMPUTER } from '../state/tree-selection.ts';
import { ImagePanes, type ImagePanesProps } from './panes/image-panes.tsx';

/** The screen between title bar and transfers. The settings are shown once they are known. */
export function ScreenView(props: ImagePanesProps): ReactElement {
  const { facts, selection, shown, acts } = props;
  const { registryList, settings } = facts;
  if (shown.screen === 'settings' && settings !== null) {
    return (
      <SettingsScreen
        settings={settings}
        change={facts.changeSettings}
        section={shown.section}
        onSection={shown.showSettings}
        registries={registryList}
        registry={shown.registry}
        tartHome={facts.list?.tartHome ?? ''}
        own={facts.own}
        tasks={facts.tasks}
        onShowStore={() => {
          selection.selectInTree(THIS_COMPUTER);
          shown.show('images');
        }}
        onRegistry={shown.chooseRegistry}
        onAddRegistry={() => acts.ask({ kind: 'addRegistry' })}
        onRemoveRegistry={acts.removeRegistry}
        onClose={() => shown.show('images')}
      />
    );
  }
  if (shown.screen === 'compare') {
    return (
      <CompareScreen vms={facts.vms} registries={registryList} onPush={acts.push} onClose={shown.leaveComparison} />
    );
  }
  if (shown.screen === 'savings') {
    return <SavingsScreen registries={registryList} onImages={() => shown.show('images')} />;
  }
  return <ImagePanes {...props} />;
}
