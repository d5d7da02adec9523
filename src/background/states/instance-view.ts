import { z } from 'zod';
import type { ListedInstance } from '../../leases/instances/instances.service.ts';

const time = z.iso.datetime();

/** A process of the broker, for the operator. */
export const instanceView = z.object({
  spoolId: z.string().describe('the id of its spool. Older releases: random per start'),
  state: z
    .enum(['this', 'alive', 'silent', 'given-up'])
    .describe('`this` answers the request; `silent` ones missed three heartbeats or more'),
  startedAt: time,
  seenAt: time.describe('its last heartbeat'),
  isSpoolEmpty: z
    .boolean()
    .nullable()
    .describe('as of its last heartbeat. null for a process of an older release'),
  givenUpAt: time.nullable(),
});

export type InstanceView = z.infer<typeof instanceView>;

export function toInstanceView(instance: ListedInstance): InstanceView {
  const { owner, state, startedAt, seenAt, spoolState, givenUpAt } = instance;
  return {
    spoolId: owner,
    state,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
    isSpoolEmpty: spoolState === null ? null : spoolState === 'empty',
    givenUpAt: givenUpAt?.toISOString() ?? null,
  };
}
