import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { jwksUriOf, requiredMetadata } from './app-documents.ts';
import type { NativeApp } from './native-app.ts';

const check = z.object({
  check: z.string().describe('what was looked at'),
  ok: z.boolean(),
  message: z.string().describe('what is wrong and how to mend it, or that all is well'),
});

/** What the doctor found. */
export const diagnosis = z.object({
  ok: z.boolean().describe('whether issuers will take the app for a confidential client'),
  checks: z.array(check),
});

export type Check = z.infer<typeof check>;
export type Diagnosis = z.infer<typeof diagnosis>;

/** A document that was fetched, or why it could not be. */
export type Fetched = { readonly document: Readonly<Record<string, unknown>> } | { readonly trouble: string };

type Place = Pick<Config, 'baseUrl'>;

const ofDocuments = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) });
const texts = z.array(z.string());

/** Looks at the client metadata of an app as an issuer would. */
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
      document.jwks !== undefined && 'jwks must be left out: the keys are those at jwks_uri alone.',
    ),
  ];
}

/** Looks whether an issuer finds every key that the broker signs with. */
export function checkKeys(app: NativeApp, place: Place, fetched: Fetched, kids: readonly string[]): Check {
  const address = jwksUriOf(place, app.name);
  if ('trouble' in fetched)
    return toCheck(
      'keys',
      `${address} ${fetched.trouble}: issuers cannot verify the assertions of this app.`,
    );
  const listed = ofDocuments.safeParse(fetched.document).data?.keys.map(({ kid }) => kid) ?? [];
  const missing = kids.filter(kid => !listed.includes(kid));
  return toCheck(
    'keys',
    missing.length > 0 && `${address} does not show ${missing.join(', ')}; does something else answer there?`,
  );
}

function toCheck(name: string, problem: string | false): Check {
  return { check: name, ok: problem === false, message: problem === false ? 'as it must be' : problem };
}

function mustBe(name: string, expected: string | boolean, found: unknown): string {
  const now = found === undefined ? 'it is missing' : `it is ${shorten(found)}`;
  return `${name} must be ${JSON.stringify(expected)}; ${now}.`;
}

/** It is not among the defaults, and without it no session outlives its access token. */
function grantTypesProblem(found: unknown): string | false {
  return listProblem('grant_types', found, ['authorization_code', 'refresh_token']);
}

function listProblem(name: string, found: unknown, needed: readonly string[]): string | false {
  const list = texts.safeParse(found).data ?? [];
  const missing = needed.filter(each => !list.includes(each));
  return missing.length > 0 && `${name} must name ${missing.join(' and ')}; it is ${shorten(found)}.`;
}

function scopeProblem(found: unknown): string | false {
  const hasAtproto = typeof found === 'string' && found.split(' ').includes('atproto');
  return !hasAtproto && `scope must name atproto, and all that the app asks for; it is ${shorten(found)}.`;
}

/** Issuers let a confidential client come back to https addresses only. */
function redirectProblem(found: unknown): string | false {
  const uris = texts.safeParse(found).data ?? [];
  if (uris.length === 0) return 'redirect_uris must name where the app is come back to.';
  const unfit = uris.filter(uri => URL.parse(uri)?.protocol !== 'https:');
  return (
    unfit.length > 0 &&
    `redirect_uris must be https addresses that the app claims (universal links, app links); ${unfit.map(shorten).join(', ')} ${unfit.length > 1 ? 'are' : 'is'} none.`
  );
}

function shorten(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}
