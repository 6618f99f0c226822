import { z } from 'zod';

// zod probes for `new Function`, which the content security policy refuses and reports. Imported before every schema.
z.config({ jitless: true });
