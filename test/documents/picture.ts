// Takes the picture of the README: the account's page of a person with a key, at a real broker and PDS.
import { fileURLToPath } from 'node:url';
import { BrowserClient } from '../network/browser-client.ts';
import { findChromium, launchChromium } from '../network/chromium.ts';
import { obtainKey } from '../network/key-asker.ts';
import { runUntilSignal } from '../network/run-until-signal.ts';
import { startSandbox } from '../network/start-sandbox.ts';

const picture = fileURLToPath(new URL('../../docs/images/account.png', import.meta.url));
const size = { width: 820, height: 580 };

await runUntilSignal(async started => {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error('there is no Chromium: install the package chromium');
  const options = { database: 'sqlite', brokers: 1, confidential: false } as const;
  const { broker, accounts } = await startSandbox(options, started, () => undefined);
  const [alice] = accounts;
  if (!alice) throw new Error('the sandbox has no account');
  const person = new BrowserClient({ broker });
  await person.login(alice.handle, alice);
  await obtainKey(person, alice, { name: 'Weather bot', scope: 'post', expiresInDays: 10 });

  const browser = await launchChromium(chromium);
  const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
  const cookie = { name: 'latchkey', value: person.cookie('latchkey') ?? '', url: broker };
  await page.context().addCookies([cookie]);
  await page.goto(`${broker}/account`);
  await page.screenshot({ path: picture });
  await browser.close();
  return 'end';
});
