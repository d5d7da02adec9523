// Runs one load after the other, as its parent asks for them.
import '../../../test/network/end-with-parent.ts';
import type { Load } from './load.ts';
import { runLoad } from './run-load.ts';

process.on('message', load => {
  runLoad(load as Load).then(
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
