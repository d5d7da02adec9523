// Writes docs/reference/ from the code. With --check it writes nothing, and names the lines that differ.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { commandLinePage } from './command-line-page.ts';
import { describeTopics } from '../../src/http/operator/described-routes.ts';
import { describeBroker } from './described-broker.ts';
import { differencesOf } from './differences.ts';
import { errorsPage } from './errors-page.ts';
import { httpPage } from './http-page.ts';
import { metricsPage } from './metrics-page.ts';
import { settingsPage } from './settings-page.ts';

const docs = new URL('../../docs/', import.meta.url);
const reference = new URL('reference/', docs);

const args = process.argv.slice(2);
if (args.some(arg => arg !== '--check')) throw new Error('usage: npm run docs -- [--check]');

const runbook = await readFile(new URL('operating/runbook.md', docs), 'utf8');
const { openApi, metrics } = await describeBroker();
const pages = {
  'settings.md': settingsPage(),
  'metrics.md': metricsPage(metrics, runbook),
  'errors.md': errorsPage(),
  'cli.md': commandLinePage(),
  'http.md': httpPage(describeTopics(openApi)),
  'openapi.json': `${JSON.stringify(openApi, null, 2)}\n`,
};
if (args.includes('--check')) await compare();
else await write();

async function write(): Promise<void> {
  await mkdir(reference, { recursive: true });
  for (const [name, text] of Object.entries(pages)) await writeFile(new URL(name, reference), text);
  console.log(`docs: wrote ${Object.keys(pages).length} files to docs/reference/`);
}

async function compare(): Promise<void> {
  for (const [name, text] of Object.entries(pages)) {
    const stored = await readFile(new URL(name, reference), 'utf8').catch(() => '');
    const differences = differencesOf(stored, text);
    if (differences.length === 0) continue;
    console.error(`docs/reference/${name} is out of date. Run npm run docs:\n${differences.join('\n')}`);
    process.exitCode = 1;
  }
}
