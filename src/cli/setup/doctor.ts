import { Command } from 'commander';
import { type Config, readConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import type { CommandContext } from '../command/command-context.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import { type Finding, ok, problem } from './finding.ts';
import { checkAddress, checkDatabase, checkSpool } from './local-checks.ts';
import { checkClientMetadata, checkReachable } from './network-checks.ts';

const MARKS = { ok: 'ok     ', note: 'note   ', problem: 'PROBLEM' } as const;

/** `latchkey doctor`: checks what a broker with these settings needs. Prints no secret. */
export function doctorCommand({ print, environment }: CommandContext): Command {
  return new Command('doctor')
    .description('check the settings and what the broker needs, and say what to do')
    .option('--issuer <url>', 'the issuer to reach', 'https://bsky.social')
    .addHelpText('after', '\nExits with 1 if it finds a problem. It changes nothing.')
    .action(async ({ issuer }: { issuer: string }) => {
      const findings = await examine(environment, new URL(issuer));
      for (const { subject, level, text, todo } of findings)
        print(`${MARKS[level]}  ${subject}: ${text}${todo === undefined ? '' : `\n         ${todo}`}`);
      const problems = findings.filter(({ level }) => level === 'problem').length;
      if (problems > 0)
        throw new CommandFailure(
          `${problems} ${problems === 1 ? 'problem' : 'problems'} found.`,
          exitCodes.failed,
        );
    });
}

async function examine(environment: CommandContext['environment'], issuer: URL): Promise<Finding[]> {
  const node = ok('Node', process.versions.node);
  let config: Config;
  try {
    config = readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const faults = error.problems.map(({ variable, message }) =>
      problem('settings', `${variable} ${message}`, 'Correct it in the settings file or the environment.'),
    );
    return [node, ...faults];
  }
  const metadata = new URL('/.well-known/oauth-authorization-server', issuer);
  const [database, plc, issuers, client] = await Promise.all([
    checkDatabase(config),
    checkReachable('PLC directory', new URL('/_health', config.identity.plcUrl)),
    checkReachable('issuer', metadata),
    checkClientMetadata(config),
  ]);
  const settled = ok('settings', 'complete, and without contradiction');
  const reached = [...plc, ...issuers.filter(({ subject }) => subject !== 'clock')];
  return [node, settled, database, checkSpool(config), checkAddress(config), ...client, ...reached];
}
