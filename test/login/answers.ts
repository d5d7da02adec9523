import { redirectTarget } from '../network/user-agent.ts';
import type { BrowserClient } from '../network/browser-client.ts';

/** Returns the problem code in a redirect to the broker's page, or undefined. Throws if it is no redirect. */
export async function problemOf(answer: Response): Promise<string | undefined> {
  const target = await redirectTarget(answer, new URL('http://broker.invalid/'));
  return target.searchParams.get('problem') ?? undefined;
}

/** Returns status and code of a JSON error. */
export async function errorOf(answer: Response): Promise<{ status: number; error: string | undefined }> {
  const { error } = (await answer.json()) as { error?: string };
  return { status: answer.status, error };
}

/** Returns the status of `GET /api/me`: 200 with a live session, 401 without one. */
export async function statusOfMe(browser: BrowserClient): Promise<number> {
  return (await browser.get('/api/me')).status;
}

/** Returns the names of the cookies that a response sets to a value. */
export function cookiesSetBy(answer: Response): string[] {
  return answer.headers.getSetCookie().flatMap(header => /^([^=]+)=[^;]/.exec(header)?.[1] ?? []);
}
