import { BrokerError } from '../../../errors/broker-error.ts';
import { fitKeyScope, type KeyScopeConfig } from '../../../oauth/scopes/key-scope.ts';
import { permissionsOf } from '../../../oauth/scopes/granted-permissions.ts';
import { isKeyPreset, type KeyPreset, keyPresets, presetScope } from './key-presets.ts';

/**
 * Decides the scope that a key's owner is asked for.
 *
 * @param requested a preset, or parts of a scope
 * @throws BrokerError `InvalidRequest` for what keys may not be given here; its message lists what they may
 */
export function decideRequestedScope(requested: string, config: KeyScopeConfig): string {
  if (isKeyPreset(requested)) return scopeOfPreset(requested, config);
  const { scope, refused } = fitKeyScope(requested, config);
  if (refused.length > 0) throw notOffered(toReason(refused, config), config);
  return scope;
}

/** Lists the presets that keys may be given, with their scopes. */
export function offeredPresets({ keyScopeParts }: Pick<KeyScopeConfig, 'keyScopeParts'>) {
  return keyPresets.flatMap(name => {
    const scope = presetScope(name, keyScopeParts);
    return scope === undefined ? [] : [{ name, scope }];
  });
}

function scopeOfPreset(preset: KeyPreset, config: KeyScopeConfig): string {
  const scope = presetScope(preset, config.keyScopeParts);
  if (scope === undefined) throw notOffered(`“${preset}” is not offered.`, config);
  return scope;
}

function toReason(refused: readonly string[], { keyScopeParts }: KeyScopeConfig): string {
  const everything = permissionsOf(keyScopeParts.join(' '));
  return refused.every(part => everything.covers(part))
    ? `${refused.join(', ')} is not offered alone, only within parts of another kind, which permit more.`
    : `${refused.join(', ')} is not offered.`;
}

function notOffered(reason: string, config: KeyScopeConfig): BrokerError {
  const names = offeredPresets(config).map(({ name }) => name);
  const instead = names.length > 0 ? ` Or give ${names.join(' or ')} alone.` : '';
  const parts = `each part must be one of ${config.keyScopeParts.join(', ')}, or less of one.`;
  return new BrokerError('InvalidRequest', `scope: ${parts} ${reason}${instead}`);
}
