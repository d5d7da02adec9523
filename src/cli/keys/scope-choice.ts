import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline/promises';
import type { KeyScopesView } from '../../api-keys/requests/key-request-view.ts';
import { isKeyPreset } from '../../api-keys/requests/rules/key-presets.ts';
import { newKeyTexts } from '../../web/texts/new-key.ts';
import { scopeSummary, scopeText } from '../../web/texts/scope-text.ts';
import type { CommandTerminal } from '../command/command-context.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import type { KeyRequestApi } from './key-request-api.ts';

type Choosing = {
  readonly api: Pick<KeyRequestApi, 'listScopes'>;
  readonly terminal: CommandTerminal;
  readonly signal: AbortSignal;
};

/** Asks again until an answer can be used. */
type Question = {
  readonly text: string;
  /** Returns the scope that an answer names, or undefined. */
  readonly toScope: (answer: string) => string | undefined;
};

const MARK = '  ';

/** Returns `--scope` as the broker takes it: a preset, or parts with `atproto` among them. */
export function toScope(option: string): string {
  const parts = option.trim().split(/\s+/);
  if (parts.length === 1 && isKeyPreset(parts[0] ?? '')) return parts[0] ?? '';
  return [...new Set(['atproto', ...parts])].join(' ');
}

/**
 * Lets the person at the terminal choose a scope that the broker offers.
 *
 * @throws CommandFailure without a terminal; its message lists what `--scope` takes
 */
export async function chooseScope({ api, terminal, signal }: Choosing): Promise<string> {
  const offer = await api.listScopes(signal);
  const { input, output } = terminal;
  if (!input.isTTY || !output.isTTY) throw noTerminal(offer);
  const lines = createInterface({ input, output, terminal: false });
  try {
    const chosen = await answerOf(presetQuestion(offer), lines, terminal, signal);
    if (chosen !== CHOOSE) return chosen;
    return await answerOf(partsQuestion(offer), lines, terminal, signal);
  } finally {
    lines.close();
  }
}

const CHOOSE = 'choose';

function presetQuestion({ presets }: KeyScopesView): Question {
  const { accessChoices } = newKeyTexts;
  const choices = [...presets.map(({ name }) => name), CHOOSE] as const;
  const rows = choices.map((name, index) => {
    const [title, hint] = accessChoices[name];
    return `${MARK}${index + 1}  ${title}: ${hint}`;
  });
  return {
    text: `${newKeyTexts.access}\n${rows.join('\n')}\nA number [1]: `,
    toScope: answer => choices[Number(answer === '' ? '1' : answer) - 1],
  };
}

function partsQuestion({ parts }: KeyScopesView): Question {
  const offered = parts.filter(part => part !== 'atproto');
  const rows = offered.map(
    (part, index) => `${MARK}${String(index + 1).padStart(2)}  ${scopeText(part)} (${part})`,
  );
  return {
    text: `${rows.join('\n')}\nNumbers, with spaces between them: `,
    toScope: answer => {
      const chosen = answer.split(/[\s,]+/).map(number => offered[Number(number) - 1]);
      return answer === '' || chosen.includes(undefined) ? undefined : toScope(chosen.join(' '));
    },
  };
}

async function answerOf(
  { text, toScope: read }: Question,
  lines: Interface,
  { output }: CommandTerminal,
  signal: AbortSignal,
): Promise<string> {
  const ended = once(lines, 'close', { signal }).then(() => {
    throw new CommandFailure('Standard input ended before an answer.', exitCodes.failed);
  });
  for (;;) {
    const scope = read((await Promise.race([lines.question(text, { signal }), ended])).trim());
    if (scope !== undefined) return scope;
    output.write('Give numbers of the list.\n');
  }
}

function noTerminal({ parts, presets }: KeyScopesView): CommandFailure {
  const rows = [
    ...presets.map(({ name, scope }) => `${MARK}${name}: ${scopeSummary(scope)}`),
    `${MARK}or parts with spaces between them: ${parts.filter(part => part !== 'atproto').join(', ')}`,
  ];
  return new CommandFailure(
    `Say with --scope what the key may do. The broker offers:\n${rows.join('\n')}`,
    exitCodes.usage,
  );
}
