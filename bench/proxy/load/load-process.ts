// Runs loads for its parent, one at a time, and aborts one on request.
import '../../../test/network/end-with-parent.ts';
import type { Load } from './load.ts';
import { runLoad } from './run-load.ts';

let running = new AbortController();

process.on('message', message => {
  if (message === 'end') {
    running.abort();
    return;
  }
  running = new AbortController();
  runLoad(message as Load, running.signal).then(
    result => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
// Only this listener keeps the process alive before the first load.
process.channel?.ref();
process.send?.('ready');
