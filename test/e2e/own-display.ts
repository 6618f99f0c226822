import { tellFailedViews } from './failed-view.ts';

// Files that run side by side show their windows on displays of their own: the worker's number says which.
const displays = (process.env['TARTAN_TEST_DISPLAYS'] ?? '').split(' ').filter((name) => name !== '');
const worker = Number(process.env['VITEST_POOL_ID'] ?? '1');
const display = displays[(worker - 1) % Math.max(1, displays.length)];
if (display !== undefined) process.env['DISPLAY'] = display;

tellFailedViews();
