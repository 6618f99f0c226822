import { config } from 'zod';

/** zod compiles validators with `new Function`, which the window's content policy forbids; this asks it not to try. */
config({ jitless: true });
