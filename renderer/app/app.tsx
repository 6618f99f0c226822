import { Layers, Settings as SettingsIcon } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { Button, I18nProvider } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { EventPayload } from '../../shared/contract/events.ts';
import type { MethodOutput } from '../../shared/contract/methods.ts';
import type { Registry } from '../../shared/models/registry.ts';
import type { Vm } from '../../shared/models/vm.ts';
import { RegistryDetail } from '../features/detail/registry-detail.tsx';
import { VmDetail } from '../features/detail/vm-detail.tsx';
import { LocalPane } from '../features/local/local-pane.tsx';
import { PushSheet } from '../features/push/push-sheet.tsx';
import { RegistriesPane } from '../features/registries/registries-pane.tsx';
import { SettingsDialog } from '../features/settings/settings-dialog.tsx';
import { TransfersDrawer } from '../features/transfers/transfers-drawer.tsx';
import { TransfersStrip } from '../features/transfers/transfers-strip.tsx';
import { useClient } from '../state/client.ts';
import { useRegistries, useVmList } from '../state/use-lists.ts';
import '../ui/controls.css';

type Selection = { readonly kind: 'vm' | 'registry'; readonly key: string } | null;
type Command = EventPayload<'app.command'>;

/** Registry, repository and digest group that a key of the tree names. */
function findInTree(registries: readonly Registry[], key: string) {
  const registry = registries.find(({ host }) => key === host || key.startsWith(`${host}/`));
  if (registry === undefined) return null;
  const [path = '', digest] = key.slice(registry.host.length + 1).split('@');
  const repository = registry.repositories.find((entry) => entry.repository === path) ?? null;
  return { registry, repository, group: repository?.groups.find((entry) => entry.digest === digest) ?? null };
}

/** The targets that the sheet starts with: those of the newest push of this VM. */
const NO_REFERENCES: readonly string[] = [];

function focusPane(name: string): void {
  const pane = document.querySelector(`[data-pane="${name}"]`);
  const first = pane?.querySelector<HTMLElement>('[role="option"], [role="row"], input, button') ?? pane;
  if (first instanceof HTMLElement) first.focus();
}

/** The window: title bar, three panes, transfers. */
export function App({ info }: { readonly info: MethodOutput<'app.info'> }): ReactElement {
  const { t, i18n } = useTranslation('app');
  const client = useClient();
  const { list } = useVmList();
  const { registries, reload } = useRegistries();
  const [selection, setSelection] = useState<Selection>(null);
  const [pushing, setPushing] = useState<Vm | null>(null);
  const [settingsOpen, setSettingsOpen] = useState(false);
  const [drawer, setDrawer] = useState<{
    readonly open: boolean;
    readonly height: number;
    readonly job: string | null;
  }>({
    open: false,
    height: 520,
    job: null,
  });
  const vm = selection?.kind === 'vm' ? (list?.vms.find(({ id }) => id === selection.key) ?? null) : null;
  const tree = selection?.kind === 'registry' ? findInTree(registries, selection.key) : null;

  useEffect(() => {
    const carryOut = (command: Command): void => {
      switch (command) {
        case 'push':
          if (vm?.defect === null) setPushing(vm);
          break;
        case 'toggleDrawer':
          setDrawer((now) => ({ ...now, open: !now.open }));
          break;
        case 'focusLocal':
          focusPane('local');
          break;
        case 'focusRegistries':
          focusPane('registries');
          break;
        case 'focusDetail':
          focusPane('detail');
          break;
        case 'settings':
          setSettingsOpen(true);
          break;
        case 'palette':
        case 'toggleLocal':
          break;
      }
    };
    return client.on('app.command', carryOut);
  }, [client, vm]);

  return (
    <I18nProvider locale={i18n.language === 'en' ? 'en-US' : i18n.language}>
      <div className="window">
        <header className="title-bar" data-controls={info.windowControls}>
          <span className="nav-item" aria-current="page">
            <Layers size={15} strokeWidth={1.75} aria-hidden="true" />
            {t('images')}
          </span>
          <span className="space" />
          <Button className="icon-button" aria-label={t('settings')} onPress={() => setSettingsOpen(true)}>
            <SettingsIcon size={15} strokeWidth={1.75} />
          </Button>
        </header>
        <main className="panes">
          <LocalPane
            list={list}
            selected={selection?.kind === 'vm' ? selection.key : null}
            onSelect={(key) => setSelection({ kind: 'vm', key })}
            onOpen={(chosen) => (chosen.defect === null ? setPushing(chosen) : undefined)}
          />
          <RegistriesPane
            registries={registries}
            selected={selection?.kind === 'registry' ? selection.key : null}
            onSelect={(key) => setSelection({ kind: 'registry', key })}
          />
          <section className="pane" aria-label={t('detail')} tabIndex={-1} data-pane="detail">
            <div className="scroll">
              {vm !== null && <VmDetail vm={vm} onPush={() => setPushing(vm)} />}
              {tree !== null && <RegistryDetail key={selection?.key} {...tree} onChanged={reload} />}
              {vm === null && tree === null && (
                <div className="welcome">
                  <h1>{t('welcome')}</h1>
                  <p>{t('welcomeMore')}</p>
                </div>
              )}
            </div>
          </section>
        </main>
        {drawer.open ? (
          <TransfersDrawer
            height={drawer.height}
            initialJob={drawer.job}
            onResize={(height) => setDrawer((now) => ({ ...now, height }))}
            onClose={() => setDrawer((now) => ({ ...now, open: false }))}
          />
        ) : (
          <TransfersStrip onOpen={() => setDrawer((now) => ({ ...now, open: true }))} />
        )}
        {pushing !== null && (
          <PushSheet
            vm={pushing}
            initialReferences={NO_REFERENCES}
            onClose={() => setPushing(null)}
            onPushed={(job) => setDrawer((now) => ({ ...now, open: true, job }))}
          />
        )}
        {settingsOpen && <SettingsDialog onClose={() => setSettingsOpen(false)} />}
      </div>
    </I18nProvider>
  );
}
