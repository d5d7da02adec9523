import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { type Finding, note, ok, problem } from './finding.ts';

const TIMEOUT_MS = 10_000;
/** Issuers accept assertions and proofs of about this age. */
const CLOCK_TOLERANCE_SECONDS = 10;

const fault = z.object({ cause: z.object({ code: z.string() }) });

/** Asks a server that has to be reachable, and compares its clock with ours. */
export async function checkReachable(subject: string, url: URL): Promise<Finding[]> {
  const answer = await fetchFrom(url);
  if (answer instanceof Error)
    return [
      problem(
        subject,
        `${url.host} can't be reached (${answer.message})`,
        "Check DNS, the firewall, and that the broker's machine may open https connections.",
      ),
    ];
  const found = ok(subject, `${url.host} answers with ${answer.status}`);
  const date = Date.parse(answer.headers.get('date') ?? '');
  return Number.isNaN(date) ? [found] : [found, checkClock(url.host, date)];
}

function checkClock(host: string, date: number): Finding {
  const seconds = Math.round((Date.now() - date) / 1000);
  if (Math.abs(seconds) <= CLOCK_TOLERANCE_SECONDS) return ok('clock', `agrees with ${host}`);
  return problem(
    'clock',
    `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ${host}: issuers refuse what it signs`,
    'Synchronize it, for example with chrony or systemd-timesyncd.',
  );
}

/** Fetches the client metadata as an issuer would: over TLS, without following redirects. */
export async function checkClientMetadata({ client, baseUrl }: Config): Promise<Finding[]> {
  if (client.kind === 'loopback') return [];
  const url = new URL(`${baseUrl}/oauth-client-metadata.json`);
  const answer = await fetchFrom(url);
  if (answer instanceof Error) {
    const isTls = /CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(answer.message);
    if (isTls)
      return [
        problem('TLS', `${url.host}: ${answer.message}`, 'Install a certificate that everyone trusts.'),
      ];
    return [
      note(
        'client metadata',
        `${url.href} can't be reached (${answer.message})`,
        'Start the broker and its reverse proxy, and run this again, also from elsewhere.',
      ),
    ];
  }
  const tls = ok('TLS', `the certificate of ${url.host} is valid`);
  const body: unknown = await answer.json().catch(() => undefined);
  const { data } = z.object({ client_id: z.string() }).safeParse(body);
  if (answer.status === 200 && data?.client_id === url.href)
    return [tls, ok('client metadata', `issuers can read ${url.href}`)];
  const why = data ? `it names the client id ${data.client_id}` : `status ${answer.status}, or no JSON`;
  return [
    tls,
    problem(
      'client metadata',
      `${url.href} isn't what an issuer needs: ${why}`,
      'Let the reverse proxy pass this path on unchanged, and check LATCHKEY_PUBLIC_URL and LATCHKEY_BASE_PATH.',
    ),
  ];
}

async function fetchFrom(url: URL): Promise<Response | Error> {
  try {
    return await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { data } = fault.safeParse(error);
    return new Error(data?.cause.code ?? (error instanceof Error ? error.message : String(error)));
  }
}
