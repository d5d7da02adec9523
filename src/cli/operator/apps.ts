import { Command } from 'commander';
import { z } from 'zod';
import { type Diagnosis, diagnosis } from '../../native-apps/registry/metadata-checks.ts';
import { nativeAppView, type NativeAppView } from '../../native-apps/registry/native-app-view.ts';
import { appOptionNames, type AppOptions, registrationOf, changeOf, withAppOptions } from './app-options.ts';
import { addKeyCommands } from './client-keys.ts';
import type { CommandContext } from '../command/command-context.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import {
  brokerApi,
  operatorCommand,
  type OperatorOptions,
  printResult,
} from '../command/operator-command.ts';
import { formatTable } from '../command/table.ts';

const appList = z.object({ nativeApps: z.array(nativeAppView) });

/** `latchkey apps`: registers, changes and checks native apps of a running broker. */
export function appsCommand(context: CommandContext): Command {
  const apps = new Command('apps').description('register, change and check native apps');
  operatorCommand(apps, 'list', 'list the apps').action(async (options: OperatorOptions) => {
    const result = await brokerApi(context, options).call(appList, 'api/native-apps');
    printResult(context, options, result, ({ nativeApps }) => toTable(nativeApps));
  });
  withAppOptions(operatorCommand(apps, 'add <name>', 'register an app'))
    .option('--client-id <url>', 'URL of the client metadata, if the app hosts them itself')
    .action(async (name: string, options: AppOptions) => {
      const body = { name, ...(await registrationOf(options)) };
      const api = brokerApi(context, options);
      const app = await api.call(nativeAppView, 'api/native-apps', {
        method: 'POST',
        body,
        names: appOptionNames,
      });
      printResult(context, options, app, describe);
    });
  withAppOptions(operatorCommand(apps, 'change <name>', 'change the given options of an app'))
    .option('--no-attestation', 'accept requests without the attestation header')
    .action(async (name: string, options: AppOptions) => {
      const body = await changeOf(options);
      const app = await brokerApi(context, options).call(nativeAppView, pathOf(name), {
        method: 'PATCH',
        body,
        names: appOptionNames,
      });
      printResult(context, options, app, describe);
    });
  operatorCommand(apps, 'show <name>', 'show one app').action(
    async (name: string, options: OperatorOptions) => {
      printResult(
        context,
        options,
        await brokerApi(context, options).call(nativeAppView, pathOf(name)),
        describe,
      );
    },
  );
  for (const [step, description] of steps)
    operatorCommand(apps, `${step} <name>`, description).action(
      async (name: string, options: OperatorOptions) => {
        const api = brokerApi(context, options);
        const app = await api.call(nativeAppView, pathOf(name, `/${step}`), { method: 'POST' });
        printResult(context, options, app, ({ status }) => `${name} is ${status}.`);
      },
    );
  operatorCommand(apps, 'remove <name>', 'remove a paused app and its sessions, for good').action(
    async (name: string, options: OperatorOptions) => {
      await brokerApi(context, options).call(z.undefined(), pathOf(name), { method: 'DELETE' });
      printResult(context, options, { name }, () => `${name} is removed.`);
    },
  );
  operatorCommand(apps, 'doctor <name>', 'check an app as an issuer would').action(
    async (name: string, options: OperatorOptions) => {
      const result = await brokerApi(context, options).call(diagnosis, pathOf(name, '/doctor'));
      printResult(context, options, result, toReport);
      if (!result.ok)
        throw new CommandFailure(
          'Issuers would refuse this app. Fix the checks that are marked WRONG.',
          exitCodes.failed,
        );
    },
  );
  const keys = apps.command('keys').description("list and change an app's client keys");
  addKeyCommands(keys, context, { owner: '<app>', pathOf: app => pathOf(app, '/keys') });
  return apps;
}

const steps = [
  ['pause', 'stop signing for an app; its sessions wait'],
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
  return formatTable(['', 'CHECK', 'FINDING'], rows);
}
