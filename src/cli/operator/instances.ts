import { Command } from 'commander';
import { z } from 'zod';
import { instanceView } from '../../background/states/instance-view.ts';
import type { CommandContext } from '../command/command-context.ts';
import {
  brokerApi,
  formatPage,
  operatorCommand,
  type OperatorOptions,
  printResult,
  toQuery,
  withPageOptions,
} from '../command/operator-command.ts';

const instancePage = z.object({ instances: z.array(instanceView), cursor: z.string().optional() });

type ListOptions = OperatorOptions & Readonly<Partial<Record<'limit' | 'cursor', string>>>;

/** `latchkey instances`: lists the processes of a running broker, and gives up one that will not return. */
export function instancesCommand(context: CommandContext): Command {
  const instances = new Command('instances').description('list the processes of the broker, and give one up');
  withPageOptions(operatorCommand(instances, 'list', 'list the processes'), { preset: 100, max: 500 }).action(
    async ({ limit, cursor, ...options }: ListOptions) => {
      const query = toQuery({ limit, cursor });
      const page = await brokerApi(context, options).call(instancePage, 'api/instances', { query });
      printResult(context, options, page, toTable);
    },
  );
  operatorCommand(
    instances,
    'give-up <spoolId>',
    'declare that a process will not return with the answers on its disk',
  ).action(async (spoolId: string, options: OperatorOptions) => {
    const path = `api/instances/${encodeURIComponent(spoolId)}/give-up`;
    await brokerApi(context, options).call(z.undefined(), path, { method: 'POST' });
    printResult(context, options, { spoolId }, () => `${spoolId} is given up.`);
  });
  return instances;
}

function toTable({ instances, cursor }: z.infer<typeof instancePage>): string {
  const rows = instances.map(({ spoolId, state, isSpoolEmpty, startedAt, seenAt }) => [
    spoolId,
    state,
    isSpoolEmpty === null ? 'not known' : isSpoolEmpty ? 'empty' : 'holds answers',
    startedAt,
    seenAt,
  ]);
  return formatPage(['SPOOL ID', 'STATE', 'SPOOL', 'STARTED', 'LAST HEARTBEAT'], rows, cursor);
}
