import type { Contender } from '../contenders/contender.ts';
import { startLatchkey } from '../contenders/latchkey.ts';
import { startSimpleProxy } from '../contenders/simple-proxies.ts';

/** The contenders. The broker is named after its database. */
export const contenderKinds = ['bare', 'proof', 'sqlite', 'postgres', 'handler', 'restore'] as const;

export type ContenderKind = (typeof contenderKinds)[number];

export function startContender(kind: ContenderKind, pds: string): Promise<Contender> {
  return kind === 'sqlite' || kind === 'postgres'
    ? startLatchkey(pds, { database: kind })
    : startSimpleProxy(kind, pds);
}
