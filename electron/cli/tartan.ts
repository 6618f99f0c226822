import { keepHeapSmall } from '../host/small-heap.ts';
import { startAhead } from '../host/start-ahead.ts';

const builtFolder = import.meta.dirname;
const ahead = startAhead(builtFolder, process.argv.slice(2), process.env);
// Loaded by itself: a program's first file is compiled before what keeps compiled code is there.
void import('./command-line.ts').then(({ runCommandLine }) => runCommandLine(builtFolder, ahead));
keepHeapSmall();
