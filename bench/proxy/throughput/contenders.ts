import type { Contender } from '../contenders/contender.ts';
import { startLatchkey } from '../contenders/latchkey.ts';
import { simpleProxies, startSimpleProxy } from '../contenders/simple-proxies.ts';

const latchkeys = ['sqlite', 'postgres'] as const;

/** All that are compared; the broker goes by its database. */
export const contenderKinds = [...simpleProxies, ...latchkeys] as const;

export type ContenderKind = (typeof contenderKinds)[number];

export function startContender(kind: ContenderKind, pds: string): Promise<Contender> {
  return kind === 'sqlite' || kind === 'postgres'
    ? startLatchkey(pds, { database: kind })
    : startSimpleProxy(kind, pds);
}
