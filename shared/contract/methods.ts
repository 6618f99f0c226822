import type { z } from 'zod';
import { defineMethods } from './define.ts';
import { appMethods } from './methods/app-methods.ts';
import { imageMethods } from './methods/image-methods.ts';
import { jobMethods } from './methods/job-methods.ts';
import { registryMethods } from './methods/registry-methods.ts';
import { reportMethods } from './methods/report-methods.ts';
import { storeMethods } from './methods/store-methods.ts';
import { tagMethods } from './methods/tag-methods.ts';
import { vmMethods } from './methods/vm-methods.ts';

/** Every request of the product, declared once. */
export const methods = defineMethods({
  ...vmMethods,
  ...jobMethods,
  ...registryMethods,
  ...imageMethods,
  ...tagMethods,
  ...reportMethods,
  ...storeMethods,
  ...appMethods,
});

/** The table of methods. */
export type Methods = typeof methods;
/** The name of a method. */
export type MethodName = keyof Methods;
/** Methods that the window's host answers itself; all others are the engine's. */
export type HostMethodName = Extract<MethodName, `app.${string}`>;
/** Methods that the engine answers. */
export type EngineMethodName = Exclude<MethodName, HostMethodName>;
/** What a method takes. */
export type MethodInput<Name extends MethodName> = z.infer<Methods[Name]['input']>;
/** What a method answers. */
export type MethodOutput<Name extends MethodName> = z.infer<Methods[Name]['output']>;
