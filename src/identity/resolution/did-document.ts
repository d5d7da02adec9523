import { z } from 'zod';
import { isValidHandle } from '@atproto/syntax';
import type { Fetch } from '../outbound/guarded-fetch.ts';

/** The members of a DID document that atproto defines (AT Protocol specification, DID, "Representation in atproto"). */
const service = z.object({
  id: z.string(),
  type: z.literal('AtprotoPersonalDataServer'),
  serviceEndpoint: z.url(),
});
const verificationMethod = z.object({
  id: z.string(),
  type: z.string().min(1),
  controller: z.string().startsWith('did:'),
  publicKeyMultibase: z.string(),
});
const handleUri = z.string().refine(uri => uri.startsWith('at://') && isValidHandle(uri.slice(5)));

const document = z.looseObject({ id: z.string() });

/**
 * Wraps a fetch of DID documents. The document of its response has only the parts that atproto defines: others may be of
 * any form, and the library that reads it would refuse the whole document for one of them.
 */
export function withOwnPartsOnly(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.ok) return response;
    const { status, statusText } = response;
    const text = await response.text();
    const own = ownPartsOf(text);
    if (own === undefined) return new Response(text, { status, statusText, headers: response.headers });
    return Response.json(own, { status, statusText });
  };
}

/** Returns undefined for text that is no DID document. Of several parts with one id the first counts. */
function ownPartsOf(text: string): object | undefined {
  const { data } = document.safeParse(parseJson(text));
  if (data === undefined) return undefined;
  const { id } = data;
  const hasId = (fragment: string) => (part: { id: string }) =>
    part.id === `#${fragment}` || part.id === `${id}#${fragment}`;
  return {
    id,
    alsoKnownAs: partsOf(data.alsoKnownAs, handleUri),
    service: partsOf(data.service, service).filter(hasId('atproto_pds')).slice(0, 1),
    verificationMethod: partsOf(data.verificationMethod, verificationMethod)
      .filter(hasId('atproto'))
      .slice(0, 1),
  };
}

/** Returns the elements of a list that have the form of `part`. */
function partsOf<Part extends z.ZodType>(list: unknown, part: Part): z.output<Part>[] {
  const elements: unknown[] = Array.isArray(list) ? list : [];
  return elements.flatMap(element => {
    const { success, data } = part.safeParse(element);
    return success ? [data] : [];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
