import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../test/network/child.ts';
import type { StrictReport } from '../../test/network/strict-issuer.ts';
import type { Started } from '../../test/network/started.ts';

const issuerProcess = fileURLToPath(new URL('issuer-process.ts', import.meta.url));

/** A strict issuer in a process of its own. */
export type BenchIssuer = {
  url: string;
  endpoints: { par: URL; token: URL };
  report: () => Promise<StrictReport>;
};

/** @param jwks the JWKS addresses by client id */
export async function startBenchIssuer(
  jwks: Readonly<Record<string, string>>,
  started: Started,
): Promise<BenchIssuer> {
  const child = await started.start(() =>
    Promise.resolve(new Child([issuerProcess], { environment: { BENCH_JWKS: JSON.stringify(jwks) } })),
  );
  const [url] = (await child.until(signal => once(child.childProcess, 'message', { signal }))) as [string];
  return {
    url,
    endpoints: { par: new URL('/par', url), token: new URL('/token', url) },
    report: async () => (await (await fetch(new URL('/report', url))).json()) as StrictReport,
  };
}
