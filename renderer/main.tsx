import './jitless.ts';
import 'inter-ui/inter-variable.css';
import '@fontsource-variable/jetbrains-mono';
import './app/tokens.css';
import './app/app.css';
import './app/style-order.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createContractClient } from '../shared/contract/client.ts';
import { App } from './app/app.tsx';
import { applyLook, followSystemTheme } from './app/look.ts';
import { createJobMirror } from './features/transfers/job-mirror.ts';
import { JobMirrorContext } from './features/transfers/job-mirror-context.ts';
import { changeWords, startWords } from './i18n/words.ts';
import { ClientContext } from './state/client.ts';

const client = createContractClient({
  request: (message) => window.tartan.request(message),
  subscribe: (listener) => window.tartan.subscribe(listener),
});
const [info, settings] = await Promise.all([client.call('app.info', null), client.call('settings.get', null)]);
await startWords(settings.language, info.systemLanguage);
applyLook(settings);
followSystemTheme(client, settings);
client.on('settings.changed', ({ language }) => void changeWords(language, info.systemLanguage));
const mirror = createJobMirror(client);
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <ClientContext value={client}>
        <JobMirrorContext value={mirror}>
          <App info={info} />
        </JobMirrorContext>
      </ClientContext>
    </StrictMode>,
  );
}
