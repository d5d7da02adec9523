import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { jwksUriOf, requiredMetadata } from './app-documents.ts';
import type { NativeApp } from './native-app.ts';

const check = z.object({
  check: z.string().describe('what was looked at'),
  ok: z.boolean(),
  message: z.string().describe('what is wrong and how to mend it, or that all is well'),
});

/** The doctor's findings. */
export const diagnosis = z.object({
  ok: z.boolean().describe('whether issuers will take the app for a confidential client'),
  checks: z.array(check),
});

export type Check = z.infer<typeof check>;
export type Diagnosis = z.infer<typeof diagnosis>;

/** A fetched document, or why it could not be used; `trouble` completes a sentence that starts with its URL. */
export type Fetched = { readonly document: Readonly<Record<string, unknown>> } | { readonly trouble: string };

type Place = Pick<Config, 'baseUrl'>;

const ofDocuments = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) });
const texts = z.array(z.string());

/** Checks the client metadata of an app as an issuer would. */
export function checkMetadata(app: NativeApp, place: Place, fetched: Fetched): Check[] {
  const reachable = toCheck('reachable', 'trouble' in fetched && `${app.clientId} ${fetched.trouble}.`);
  if ('trouble' in fetched) return [reachable];
  const { document } = fetched;
  return [
    reachable,
    ...Object.entries(requiredMetadata(place, app)).map(([name, expected]) =>
      toCheck(name, document[name] !== expected && mustBe(name, expected, document[name])),
    ),
    toCheck('grant_types', grantTypesProblem(document.grant_types)),
    toCheck('response_types', listProblem('response_types', document.response_types, ['code'])),
    toCheck('scope', scopeProblem(document.scope)),
    toCheck('redirect_uris', redirectProblem(document.redirect_uris)),
    toCheck(
      'jwks',
      document.jwks !== undefined && 'jwks must be left out. The keys are published at jwks_uri only.',
    ),
  ];
}

/** Checks whether an issuer finds every key that the broker signs with. */
export function checkKeys(app: NativeApp, place: Place, fetched: Fetched, kids: readonly string[]): Check {
  const address = jwksUriOf(place, app.name);
  if ('trouble' in fetched)
    return toCheck(
      'keys',
      `${address} ${fetched.trouble}. Without it, issuers cannot verify the assertions of this app.`,
    );
  const listed = ofDocuments.safeParse(fetched.document).data?.keys.map(({ kid }) => kid) ?? [];
  const missing = kids.filter(kid => !listed.includes(kid));
  return toCheck(
    'keys',
    missing.length > 0 &&
      `${address} does not list ${missing.join(', ')}. Check whether a proxy or another server answers there.`,
  );
}

function toCheck(name: string, problem: string | false): Check {
  return { check: name, ok: problem === false, message: problem === false ? 'ok' : problem };
}

function mustBe(name: string, expected: string | boolean, found: unknown): string {
  const now = found === undefined ? 'it is missing' : `it is ${shorten(found)}`;
  return `${name} must be ${JSON.stringify(expected)}; ${now}.`;
}

/** `refresh_token` is not among the defaults. Without it, no session outlives its access token. */
function grantTypesProblem(found: unknown): string | false {
  return listProblem('grant_types', found, ['authorization_code', 'refresh_token']);
}

function listProblem(name: string, found: unknown, needed: readonly string[]): string | false {
  const list = texts.safeParse(found).data ?? [];
  const missing = needed.filter(each => !list.includes(each));
  return missing.length > 0 && `${name} must list ${missing.join(' and ')}; it is ${shorten(found)}.`;
}

function scopeProblem(found: unknown): string | false {
  const hasAtproto = typeof found === 'string' && found.split(' ').includes('atproto');
  return (
    !hasAtproto &&
    `scope must include atproto and every scope that the app asks for; it is ${shorten(found)}.`
  );
}

/** Issuers redirect a confidential client to https URLs only. */
function redirectProblem(found: unknown): string | false {
  const uris = texts.safeParse(found).data ?? [];
  if (uris.length === 0) return 'redirect_uris must list the URLs that the issuer redirects to.';
  const unfit = uris.filter(uri => URL.parse(uri)?.protocol !== 'https:');
  return (
    unfit.length > 0 &&
    `redirect_uris must be https URLs that the app claims (universal links, app links). These are not: ${unfit.map(shorten).join(', ')}.`
  );
}

function shorten(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}
