import { describe, expect, it } from '@jest/globals';
import { environmentSchema, settingDocumentation, variableNames } from './environment.ts';
import { parseEnvironment } from './parse-environment.ts';

const isCommand = (example: string) => example.startsWith('$(');

describe('the table of settings', () => {
  it.each(variableNames)('documents %s with an example that it accepts', name => {
    const documentation = settingDocumentation.get(environmentSchema.shape[name]);
    const example = documentation?.example ?? '';
    expect(documentation?.meaning).toMatch(/^[A-Z]/);
    expect(example).not.toBe('');
    if (!isCommand(example)) expect(parseEnvironment({ [name]: example }).problems).toEqual([]);
  });

  it('names only variables with the prefix', () => {
    expect(variableNames.filter(name => !name.startsWith('LATCHKEY_'))).toEqual([]);
  });
});
