import { createProgram } from '../../src/cli/command-program.ts';

type Reachable = { readonly url: string; readonly secrets: { readonly adminToken: string | undefined } };

/** Runs `latchkey` as the operator of a broker. Its output is also in `printed` of a thrown error. */
export async function runLatchkey({ url, secrets }: Reachable, ...args: string[]): Promise<string> {
  const printed: string[] = [];
  const environment = { LATCHKEY_ADMIN_TOKEN: secrets.adminToken };
  const program = createProgram({ print: text => printed.push(text), environment });
  try {
    await program.parseAsync([...args, '--broker', url], { from: 'user' });
  } catch (error) {
    throw Object.assign(error as Error, { printed: printed.join('\n') });
  }
  return printed.join('\n');
}
