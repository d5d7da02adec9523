/** A problem of one setting. `message` continues a sentence that begins with the name and ends in the remedy. */
export type Problem = { readonly variable: string; readonly message: string };

/** The settings are not a valid configuration. The message names every offending variable and its remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(describe(problems));
    this.problems = problems;
  }
}

function describe(problems: readonly Problem[]): string {
  const lines = problems.map(problem => `  ${problem.variable} ${problem.message}`);
  return ['these settings need a change:', ...lines].join('\n');
}
