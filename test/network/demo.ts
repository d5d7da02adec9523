import { parseArgs } from 'node:util';
import { BrowserClient } from './browser-client.ts';
import { readCommandLine } from './command-line.ts';
import { tellKey } from './key-story.ts';
import type { Account } from './network-control.ts';
import { readPosts, writePost } from './posting.ts';
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
  const browser = new BrowserClient(sandbox);
  await tellLogin(story, browser, alice);
  await tellKey({ story, browser, alice }, sandbox);
  await tellPosts(story, browser, alice);
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
  await story.step(
    'Write a post with the cookie: com.atproto.repo.createRecord',
    () => writePost(browser, alice.did, `Hello from Latchkey, ${new Date().toISOString()}`),
    uri => uri,
  );
}

async function tellPosts(story: Story, browser: BrowserClient, alice: Account): Promise<void> {
  await story.step(
    'Read everything back: com.atproto.repo.listRecords',
    () => readPosts(browser, alice.did),
    texts => texts.map(text => `"${text}"`).join(' '),
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
