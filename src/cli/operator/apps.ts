import { Command } from 'commander';
import { z } from 'zod';
import { type Diagnosis, diagnosis } from '../../native-apps/registry/metadata-checks.ts';
import { nativeAppView, type NativeAppView } from '../../native-apps/registry/native-app-view.ts';
import { type AppOptions, askOf, changeOf, withAppOptions } from './app-options.ts';
import { addKeyCommands } from './client-keys.ts';
import type { CommandContext } from '../command/command-context.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import { connect, operatorCommand, type OperatorOptions, show } from '../command/operator-command.ts';
import { formatTable } from '../command/table.ts';

const appList = z.object({ nativeApps: z.array(nativeAppView) });

/** `latchkey apps`: registers native apps at a running broker, and looks after them. */
export function appsCommand(context: CommandContext): Command {
  const apps = new Command('apps').description('register native apps, and look after them');
  operatorCommand(apps, 'list', 'list the apps').action(async (options: OperatorOptions) => {
    const answer = await connect(context, options).call(appList, 'api/native-apps');
    show(context, options, answer, ({ nativeApps }) => toTable(nativeApps));
  });
  withAppOptions(operatorCommand(apps, 'add <name>', 'register an app'))
    .option('--client-id <url>', 'where the app hosts its client metadata itself')
    .action(async (name: string, options: AppOptions) => {
      const body = { name, ...(await askOf(options)) };
      const api = connect(context, options);
      const app = await api.call(nativeAppView, 'api/native-apps', { method: 'POST', body });
      show(context, options, app, describe);
    });
  withAppOptions(operatorCommand(apps, 'change <name>', 'change what is told, and nothing else'))
    .option('--no-attestation', 'believe requests without a secret')
    .action(async (name: string, options: AppOptions) => {
      const body = await changeOf(options);
      const app = await connect(context, options).call(nativeAppView, pathOf(name), {
        method: 'PATCH',
        body,
      });
      show(context, options, app, describe);
    });
  operatorCommand(apps, 'show <name>', 'show one app').action(
    async (name: string, options: OperatorOptions) => {
      show(context, options, await connect(context, options).call(nativeAppView, pathOf(name)), describe);
    },
  );
  for (const [step, description] of steps)
    operatorCommand(apps, `${step} <name>`, description).action(
      async (name: string, options: OperatorOptions) => {
        const api = connect(context, options);
        const app = await api.call(nativeAppView, pathOf(name, `/${step}`), { method: 'POST' });
        show(context, options, app, ({ status }) => `${name} is ${status}.`);
      },
    );
  operatorCommand(apps, 'remove <name>', 'remove a paused app; its sessions end for good').action(
    async (name: string, options: OperatorOptions) => {
      await connect(context, options).call(z.undefined(), pathOf(name), { method: 'DELETE' });
      show(context, options, { name }, () => `${name} is removed.`);
    },
  );
  operatorCommand(apps, 'doctor <name>', 'look at an app as an issuer would').action(
    async (name: string, options: OperatorOptions) => {
      const answer = await connect(context, options).call(diagnosis, pathOf(name, '/doctor'));
      show(context, options, answer, toReport);
      if (!answer.ok) throw new CommandFailure('Issuers will not take this app as it is.', exitCodes.failed);
    },
  );
  const keys = apps.command('keys').description("look at an app's client keys, and change them");
  addKeyCommands(keys, context, { owner: '<app>', pathOf: app => pathOf(app, '/keys') });
  return apps;
}

const steps = [
  ['pause', 'sign nothing for an app; its sessions wait'],
  ['resume', 'sign for a paused app again'],
] as const;

function pathOf(name: string, action = ''): string {
  return `api/native-apps/${encodeURIComponent(name)}${action}`;
}

function toTable(apps: readonly NativeAppView[]): string {
  if (apps.length === 0) return 'There are no apps.';
  const rows = apps.map(({ name, status, hosting, clientId, createdAt }) => [
    name,
    status,
    hosting,
    clientId,
    createdAt,
  ]);
  return formatTable(['NAME', 'STATUS', 'HOSTED BY', 'CLIENT ID', 'ADDED'], rows);
}

function describe(app: NativeAppView): string {
  return formatTable(
    ['FIELD', 'VALUE'],
    Object.entries(app).map(([name, value]) => [name, toText(value)]),
  );
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function toReport({ checks }: Diagnosis): string {
  const rows = checks.map(({ check, ok, message }) => [ok ? 'ok' : 'WRONG', check, message]);
  return formatTable(['', 'CHECK', 'WHAT WAS FOUND'], rows);
}
