/** The modules behind undici's index that the bundles take one by one; undici types the index only. */
declare module 'undici/lib/dispatcher/dispatcher' {
  import { Dispatcher } from 'undici';
  export = Dispatcher;
}
declare module 'undici/lib/dispatcher/agent' {
  import { Agent } from 'undici';
  export = Agent;
}
declare module 'undici/lib/dispatcher/proxy-agent' {
  import { ProxyAgent } from 'undici';
  export = ProxyAgent;
}
declare module 'undici/lib/core/errors' {
  import { errors } from 'undici';
  export = errors;
}
declare module 'undici/lib/api' {
  const methods: Readonly<Record<string, unknown>>;
  export = methods;
}
declare module 'undici/lib/global' {
  import type { Dispatcher } from 'undici';
  export function getGlobalDispatcher(): Dispatcher;
}
