import { startLater } from '../happenings/process-happenings.ts';
import { refreshDue, sweep } from '../happenings/daily-happenings.ts';
import { newestAnswer } from '../network/grants.ts';
import { NATIVE_CLIENT_ID } from '../people/native-app.ts';
import type { World } from '../world/world.ts';

const MINUTE_MS = 60_000;

/** Longer than the patience with an absent owner, and than every back-off together. */
const MOST_ROUNDS = 14;

/** Longer than the wait for an owner that is silent. */
const ROUND_MS = 13 * MINUTE_MS;

/** Ends all troubles, lets time pass, and checks that everything settled. */
export async function calmDown(world: World): Promise<void> {
  endTroubles(world);
  await sleep(world, 3 * MINUTE_MS);
  for (let round = 0; round < MOST_ROUNDS && !world.judge.violation; round++) {
    endTroubles(world);
    await workRound(world);
    const unsettled = await findUnsettled(world);
    if (round >= 1 && unsettled === undefined) break;
    world.note(`not settled: ${unsettled ?? 'nothing'}`);
    await sleep(world, ROUND_MS);
  }
  if (world.judge.violation) return;
  const unsettled = await findUnsettled(world);
  if (unsettled !== undefined) world.violate('does not settle', unsettled);
  await checkHolders(world);
  await checkGrants(world);
}

function endTroubles(world: World): void {
  world.server.troubles.disarm();
  world.internet.disarm();
  world.clocks.setRight(world.scheduler.now);
  for (const machine of world.machines) {
    machine.disk.recover();
    if (machine.process?.state === 'held') machine.process.thaw();
    if (!machine.process) startLater(world, machine, 100);
  }
}

/** Every broker does its background work, and every holder uses what it has. */
async function workRound(world: World): Promise<void> {
  for (const broker of world.serving) {
    const work = Promise.all([refreshDue(broker), sweep(broker), broker.checkRollbacks()]);
    await Promise.race([work, sleep(world, MINUTE_MS)]);
  }
  for (const holder of world.holders) await Promise.race([holder.useOnce(), sleep(world, 2 * MINUTE_MS)]);
}

/** Returns what is not settled yet. */
async function findUnsettled(world: World): Promise<string | undefined> {
  const notServing = world.machines.find(({ serving }) => !serving);
  if (notServing) return `${notServing.name} does not serve`;
  const degraded = world.serving.find(broker => broker.degradations.length > 0);
  if (degraded) return `${degraded.name} is degraded: ${degraded.degradations.join(', ')}`;
  const file = world.machines
    .flatMap(({ disk }) => disk.list())
    .find(path => /(?<!odd-\d+)\.(answer|native)$/.test(path));
  if (file !== undefined) return `the answer ${file} is still on a disk`;
  for (const { row } of await world.rows.list()) {
    const kind = world.issuers.find(({ origin }) => origin === row.issuer)?.kind;
    if (kind === 'slow') continue;
    if (row.status === 'active' && (row.attempt_state !== null || row.failures > 0))
      return `session ${row.id} of ${row.issuer}: attempt ${row.attempt_state ?? 'none'} of ${row.owner ?? 'nobody'} since ${row.sent_at ?? 'never'}, failures ${row.failures}, next ${row.next_refresh_at ?? 'never'}, expires ${row.access_expires_at}`;
    if (row.status === 'needs_check') return `session ${row.id} is still in check`;
    // A revocation that no answer confirms is tried again for longer.
    if (row.status === 'revoking' && kind !== 'silent') return `session ${row.id} is still being revoked`;
  }
  return undefined;
}

/** What is left to a holder must work at every broker. */
async function checkHolders(world: World): Promise<void> {
  for (const broker of world.serving) {
    for (const holder of world.holders) {
      if (world.judge.violation) return;
      const outcome = await holder.useOnce(broker);
      const isSlow = holder.issuer.kind === 'slow';
      if (!outcome || outcome.kind === 'ok' || isSlow || !holder.hasAccess) continue;
      if (holder.grant && (await world.judge.excuse(holder.grant))) continue;
      if (holder.grant?.end === 'issuer') continue;
      const told = outcome.kind === 'refused' ? `${outcome.code} ${String(outcome.error)}` : 'nothing';
      world.violate(
        'does not work',
        `${holder.name} is told ${told} by ${broker.name}, and all troubles have ended`,
      );
    }
  }
}

/** No live grant without a row, no live row without a grant. */
async function checkGrants(world: World): Promise<void> {
  if (world.judge.violation) return;
  const rows = await world.rows.list();
  for (const issuer of world.issuers) {
    for (const grant of issuer.grants) {
      if (grant.end !== undefined || grant.clientId === NATIVE_CLIENT_ID) continue;
      const row = rows.find(
        ({ refreshToken }) => refreshToken !== undefined && issuer.grantOf(refreshToken) === grant,
      );
      const isHeld = row && row.row.status !== 'revoked';
      if (isHeld || (await world.judge.excuse(grant))) continue;
      const answer = newestAnswer(grant);
      world.violate(
        'grant without a row',
        `${issuer.kind} has the live grant ${grant.number} of ${grant.did}, ${row ? `its row is ${row.row.status}` : 'which no row has'}; its newest answer was ${answer?.state ?? 'none'} at ${answer?.to.name ?? 'nobody'}`,
      );
    }
  }
  for (const { row, refreshToken } of rows) {
    if (row.status !== 'active' || refreshToken === undefined) continue;
    const issuer = world.issuers.find(({ origin }) => origin === row.issuer);
    const grant = issuer?.grantOf(refreshToken);
    if (!grant) world.violate('row without a grant', `the active session ${row.id} has tokens of no grant`);
    else if (grant.end === 'revocation')
      world.violate('row without a grant', `the active session ${row.id} has a grant that was revoked`);
  }
}

function sleep(world: World, ms: number): Promise<void> {
  return world.scheduler.sleep(world.events, ms, 'calm');
}
