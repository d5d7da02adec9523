// Runs one load after the other, as its parent asks for them, and ends one early when it says so.
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
// A listener alone would keep this process alive; so does nothing else before the first load.
process.channel?.ref();
process.send?.('ready');
