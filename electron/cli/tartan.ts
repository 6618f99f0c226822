// Loaded by itself: a program's first file is compiled before what keeps compiled code is there.
void import('./command-line.ts').then(({ runCommandLine }) => runCommandLine());
