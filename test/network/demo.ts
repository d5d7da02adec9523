import { parseArgs } from 'node:util';
import { BrowserClient } from './browser-client.ts';
import { readCommandLine } from './command-line.ts';
import type { Account } from './network-control.ts';
import { readPost, whoAmI, writePost } from './posting.ts';
import { runUntilSignal } from './run-until-signal.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';
import type { Started } from './started.ts';
import { Story } from './story.ts';

const { once } = readCommandLine('npm run demo -- [--once]', args => {
  const options = { once: { type: 'boolean', default: false } } as const;
  return parseArgs({ args, options }).values;
});

await runUntilSignal(async started => {
  const story = new Story(process.stdout);
  story.heading('Latchkey: a person logs in once, and the broker acts for her');
  const sandbox = await tellStart(story, started);
  const [alice] = sandbox.accounts;
  if (alice === undefined) throw new Error('the test network has no accounts');
  await tellLogin(story, new BrowserClient(sandbox), alice);
  if (once) return 'end';
  sayAddresses(story, sandbox);
  return 'stay';
});

function tellStart(story: Story, started: Started): Promise<Sandbox> {
  const options = { database: 'sqlite', brokers: 1, confidential: false } as const;
  return story.step(
    'Start a real PLC directory, a real PDS and the broker',
    () =>
      startSandbox(options, started, (part, line) => {
        story.keep(part, line);
      }),
    ({ broker, pds }) => `the broker at ${broker}, the PDS at ${pds}`,
  );
}

async function tellLogin(story: Story, browser: BrowserClient, alice: Account): Promise<void> {
  await story.step(
    `Log ${alice.handle} in over the PDS's OAuth pages, without a browser`,
    () => browser.login(alice.handle, alice),
    () => 'she holds one cookie; her tokens and their key stay inside the broker',
  );
  const me = await story.step(
    'Show who she is: GET /api/me',
    () => whoAmI(browser),
    ({ handle, did, scope }) => `${handle} is ${did}, with the scope "${scope}"`,
  );
  const uri = await story.step(
    'Write a post: POST /xrpc/com.atproto.repo.createRecord',
    () => writePost(browser, me.did, `Hello from Latchkey, ${new Date().toISOString()}`),
    written => written,
  );
  await story.step(
    'Read it back: GET /xrpc/com.atproto.repo.getRecord',
    () => readPost(browser, uri),
    text => `"${text}"`,
  );
}

function sayAddresses(story: Story, { broker, pds, plc, adminToken, accounts }: Sandbox): void {
  story.heading('Now you: open the first address and sign in');
  story.say(
    `  broker         ${broker}`,
    `  PDS            ${pds}`,
    `  PLC directory  ${plc}`,
    ...accounts.map(({ handle, password }) => `  ${handle.padEnd(14)} password ${password}`),
    `  operator       Authorization: Bearer ${adminToken}`,
    '',
    '  Ctrl-C ends everything and leaves nothing behind.',
  );
}
