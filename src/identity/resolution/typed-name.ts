import { domainToASCII } from 'node:url';
import { isValidHandle, isValidTld, normalizeHandle } from '@atproto/syntax';

/** Characters without a form of their own: zero-width, bidirectional, soft hyphens, control characters. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]|(?!\s)\p{Cc}/gu;

/** Quotation marks, brackets and punctuation around a name in a text. */
const BEFORE = /^[\s"'`<(“”„‘’«»‹›,;]+/;
const AFTER = /[\s"'`>)“”„‘’«»‹›,;!?]+$/;

/** A blank that a keyboard adds after a dot or an at sign. */
const BLANK_AT_MARK = /\s*([@.:/])\s*/g;

/** Returns typed text in ordinary width, without the characters that keyboards and copying add around and inside it. */
export function withoutNoise(input: string): string {
  const plain = input.normalize('NFKC').replace(INVISIBLE, '').replaceAll('。', '.');
  return plain.replace(BEFORE, '').replace(AFTER, '').replace(BLANK_AT_MARK, '$1');
}

/** Returns a handle in its normal form, which has ASCII only (UTS 46), or undefined if the text is none. */
export function readHandle(text: string): string | undefined {
  // Only a name in other letters needs mapping. The mapping would also turn numbers into addresses.
  const ascii = /^[\x21-\x7e]*$/.test(text) || /\s/.test(text) ? text : domainToASCII(text);
  const handle = normalizeHandle(ascii);
  return isValidHandle(handle) && isValidTld(handle) ? handle : undefined;
}

/**
 * Returns a DID with its case-insensitive parts in lower case, without a path, query or fragment, or undefined for text
 * that does not begin like a DID.
 */
export function readDid(text: string): string | undefined {
  const [did = ''] = /^did:[^/?#\s]*/i.exec(text) ?? [];
  if (did === '') return undefined;
  const isKnown = /^did:(plc|web):/i.test(did);
  return isKnown ? did.toLowerCase().replaceAll('%3a', '%3A') : did;
}
