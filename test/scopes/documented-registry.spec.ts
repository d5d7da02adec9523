import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { sharedNetwork } from '../network/network.ts';
import { type ProxiedService, startProxiedService } from '../xrpc/proxied-service.ts';
import { registryConfiguration } from './documented-registry.ts';

const { scope, lexicon } = registryConfiguration();
const directory = await mkdtemp(join(tmpdir(), 'latchkey-registry-'));
const file = join(directory, 'permission-sets.json');
const settings = { LATCHKEY_SCOPE: scope, LATCHKEY_PERMISSION_SETS_FILE: file };
const manifest = 'application/vnd.oci.image.manifest.v1+json';

describe('the documented container registry', () => {
  beforeAll(async () => {
    await writeFile(file, JSON.stringify([lexicon]));
    await (await sharedNetwork()).publishLexicon(lexicon);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  describeBroker(
    'at a real PDS',
    broker => {
      let browser: BrowserClient;
      let hold: ProxiedService;
      const alice = () => accountOf(broker(), 'alice.test');
      beforeAll(async () => {
        browser = broker().browser();
        await browser.login(alice().did, alice());
        hold = await startProxiedService();
      });
      afterAll(() => hold.stop());

      it('is granted its whole scope', async () => {
        const me = (await (await browser.get('/api/me')).json()) as object;
        expect(me).not.toHaveProperty('scopeShortfall');
      });

      it('pushes a manifest and tags it', async () => {
        const blob = JSON.stringify({ schemaVersion: 2 });
        const headers = { 'content-type': manifest };
        const uploaded = await browser.request('POST', '/xrpc/com.atproto.repo.uploadBlob', {
          headers,
          body: blob,
        });
        expect(uploaded.status).toBe(200);
        for (const name of ['manifest', 'tag']) {
          const collection = `net.your-domain.registry.${name}`;
          const record = { $type: collection, repository: 'app', name: 'latest' };
          const input = { repo: alice().did, collection, record, validate: false };
          expect((await browser.post('/xrpc/com.atproto.repo.createRecord', input)).status).toBe(200);
        }
      });

      it('may ask any storage for an upload, and for nothing else', async () => {
        const proxied = { 'atproto-proxy': `${hold.did}#test_service` };
        const call = (method: string): Promise<Response> => browser.post(`/xrpc/${method}`, {}, proxied);
        expect((await call('net.your-domain.hold.requestUpload')).status).toBe(200);
        expect((await call('net.your-domain.registry.notifyPush')).status).toBe(200);
        expect((await call('net.your-domain.hold.deleteAll')).headers.get('latchkey-error')).toBe(
          'ScopeMissing',
        );
      });
    },
    { confidential: true, anyDatabase: true, settings },
  );
});
