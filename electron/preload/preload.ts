import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { TartanBridge } from '../../shared/contract/bridge.ts';
import { MESSAGE_CHANNEL, REQUEST_CHANNEL } from '../../shared/contract/channels.ts';

/** Data goes through, never `ipcRenderer` itself nor its events. */
const bridge: TartanBridge = {
  request(message) {
    ipcRenderer.send(REQUEST_CHANNEL, message);
  },
  subscribe(listener) {
    const heard = (_event: unknown, message: unknown): void => {
      listener(message);
    };
    ipcRenderer.on(MESSAGE_CHANNEL, heard);
    return () => {
      ipcRenderer.off(MESSAGE_CHANNEL, heard);
    };
  },
  pathForFile: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('tartan', bridge);
