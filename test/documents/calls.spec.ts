import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../src/errors/code-of.ts';
import { grantKey, type TestKey } from '../broker/issued-key.ts';
import { listKeys } from '../client-keys/operator.ts';
import { runLatchkey } from '../broker/latchkey-command.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { freePorts } from '../network/free-ports.ts';
import { authorizeKey, claimCodeOf } from '../network/key-asker.ts';
import { findNginx, startNginx } from '../network/nginx.ts';
import { KeysCommand } from '../keys-cli/keys-command.ts';
import { preparePython } from '../password-sessions/python.ts';
import { type Block, blocksFor } from './document-blocks.ts';
import { commandsOf, runInShell, wordsOf } from './shell.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const introspectToken = 'an-introspection-token-of-the-tests-1';

const blocks = blocksFor('test/documents/calls.spec.ts');
const python = await preparePython();

// The test network has no AppView, from which the SDK fetches a profile.
const pythonPrelude = `
import os
from atproto import Client
_login, _send = Client.login, Client.send_post
Client.login = lambda self, *args, **more: _login(self, *args, fetch_bsky_profile=False, **more)
Client.send_post = lambda self, **more: _send(self, profile_identify="alice.test", **more)
`;

// Node has no cookies, and is no page of the broker.
const pagePrelude = `
const fetchAlone = fetch;
globalThis.fetch = async (url, init = {}) => {
  const headers = { ...init.headers, cookie: '__Host-latchkey=' + process.env.COOKIE, 'x-latchkey-csrf': '1' };
  const response = await fetchAlone(url, { ...init, headers });
  if (!response.ok) throw new Error(await response.text());
  return response;
};
`;

describeBroker('the examples of the documents', suite, {
  confidential: true,
  anyDatabase: true,
  settings: { LATCHKEY_INTROSPECT_TOKEN: introspectToken },
});

/** Runs the blocks of each document in their order, at one broker. A later block sees what an earlier one learned. */
function suite(broker: () => TestBroker): void {
  let key: TestKey;
  let directory: string;
  let variables: Record<string, string>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-documents-'));
    key = await grantKey(broker());
    const browser = broker().browser();
    await browser.login(key.did, accountOf(broker(), 'alice.test'));
    variables = {
      KEY: key.secret,
      LATCHKEY_KEY: key.secret,
      KID: (await listKeys(broker()))[0]?.kid ?? '',
      COOKIE: browser.cookie('__Host-latchkey') ?? '',
      LATCHKEY_ADMIN_TOKEN: broker().secrets.adminToken,
      LATCHKEY_INTROSPECT_TOKEN: introspectToken,
    };
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** Puts this network's addresses and names in place of the documented ones. */
  const placed = (text: string): string =>
    text
      .replaceAll(/https:\/\/latchkey\.your-domain\.net|http:\/\/127\.0\.0\.1:8787/g, broker().url)
      .replaceAll('alice.bsky.social', 'alice.test')
      .replaceAll('did:plc:…', key.did)
      .replaceAll('ckapi_…', key.secret);

  const runCommand = async (command: string): Promise<void> => {
    const [, name, value] = /^export (\w+)=(\S+)$/.exec(command) ?? [];
    if (name !== undefined) {
      if (value !== '…') variables[name] = value ?? '';
      return;
    }
    const [, created] = /^KEY=\$\(npx latchkey (keys create [^)]+)\)$/.exec(command) ?? [];
    if (created !== undefined) {
      // It may do less than the key of the other blocks.
      expect(await createKey(wordsOf(created, variables).slice(1))).toMatch(/^ckapi_/);
      return;
    }
    if (!command.startsWith('npx latchkey ')) return learn(await runInShell(command, variables));
    const [, , ...args] = wordsOf(command, variables).map(word =>
      /^[\w-]+\.json$/.test(word) ? join(directory, word) : word,
    );
    // Here the public URL of the broker leads only the test network to it.
    if (args[1] === 'doctor') await expect(runLatchkey(broker(), ...args)).rejects.toThrow(/^Issuers would/);
    else await runLatchkey(broker(), ...args);
  };

  /** Runs `latchkey keys create` and does the part of the key's owner, whose browser is on this machine. */
  const createKey = async (args: string[]): Promise<string> => {
    const command = new KeysCommand([...args, '--broker', broker().url]);
    const id = await command.requestId();
    const answer = await authorizeKey(broker().browser(), { id }, accountOf(broker(), 'alice.test'));
    await fetch(answer.headers.get('location') ?? '');
    expect(await command.exited).toBe(0);
    return command.stdout.trim();
  };

  /** Keeps what a later block needs of an answer, and does the part of the key's owner. */
  const learn = async (output: string): Promise<void> => {
    const { id, tempToken } = readJson(output);
    if (id === undefined || tempToken === undefined) return;
    const page = await authorizeKey(broker().browser(), { id }, accountOf(broker(), 'alice.test'));
    Object.assign(variables, { ID: id, TEMP_TOKEN: tempToken, CODE: await claimCodeOf(page) });
  };

  const runNode = async (code: string, inputType: 'module' | 'module-typescript'): Promise<void> => {
    const env = { ...process.env, ...variables };
    await run(process.execPath, [`--input-type=${inputType}`, '--eval', code], { cwd: root, env });
  };

  const runs: Record<string, (block: Block) => Promise<void>> = {
    sh: async ({ text }) => {
      for (const command of commandsOf(placed(text))) await runCommand(command);
    },
    json: ({ text }) => writeFile(join(directory, 'metadata.json'), text),
    js: ({ text }) => runNode(pagePrelude + placed(text), 'module'),
    ts: ({ text }) => runNode(placed(text), 'module-typescript'),
    python: async ({ text }) => {
      if ('missing' in python) return;
      const program = join(directory, 'program.py');
      const settings = `os.environ.update(${JSON.stringify(variables)})`;
      await writeFile(program, [pythonPrelude, settings, placed(text)].join('\n'));
      await python.run(pathToFileURL(program));
    },
    go: async ({ text }) => {
      // Compiling its packages takes minutes. gofmt finds what does not parse.
      const program = join(directory, 'program.go');
      await writeFile(program, text);
      const unformatted = await run('gofmt', ['-l', program]).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return { stdout: '' };
        throw error;
      });
      expect(unformatted.stdout).toBe('');
    },
    nginx: async ({ text }) => {
      if (findNginx() === undefined) return;
      const [port = 0] = await freePorts(1);
      const proxy = text
        .replaceAll('latchkey.your-domain.net', new URL(broker().publicUrl).host)
        .replaceAll('127.0.0.1:8787', new URL(broker().url).host);
      const nginx = await startNginx(port, proxy);
      try {
        await runInShell(`curl http://127.0.0.1:${port}/api/me -H "Authorization: Bearer $KEY"`, variables);
      } finally {
        await nginx.stop();
      }
    },
  };

  describe.each([...new Set(blocks.map(({ document }) => document))])('%s', document => {
    const claimed = blocks
      .filter(block => block.document === document)
      .map(block => ({ title: `line ${block.line} (${block.language})`, block }));
    it.each(claimed)('$title', async ({ block }) => {
      expect(runs).toHaveProperty(block.language);
      await runs[block.language]?.(block);
    });
  });
}

function readJson(text: string): Record<string, string | undefined> {
  try {
    return JSON.parse(text) as Record<string, string | undefined>;
  } catch {
    return {};
  }
}
