import { ClientOrigins } from './client-origins.ts';
import { Networks } from './networks.ts';
import { rememberPasswords } from './remembered-passwords.ts';
import { Started } from './started.ts';

const started = new Started();
process.on('SIGTERM', end);
process.on('disconnect', end);

const origins = new ClientOrigins();
origins.interceptFetch();
rememberPasswords();

try {
  process.send?.(await new Networks(started, origins).open('shared'));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
  end();
}

function end(): void {
  void started.stop().finally(() => process.exit());
}
