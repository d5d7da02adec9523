// npm run simulate -- --seed 7 --steps 100000
import { patchProcess } from './time/patches.ts';

patchProcess();
// The product must see the replaced clocks when it is loaded.
const { simulate } = await import('./simulate.ts');
const { stopServer } = await import('./database/open-store.ts');
process.exitCode = await simulate(process.argv.slice(2));
await stopServer();
