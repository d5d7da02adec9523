/** The bytes of each number of a P-256 signature in a JWS. */
const NUMBER_BYTES = 32;

/**
 * Turns an ECDSA signature of P-256 from its DER form (RFC 3279 section 2.2.3) into that of a JWS (RFC 7518 section
 * 3.4): R and S, 32 bytes each.
 */
export function toJwsForm(der: Buffer): Buffer {
  const jws = Buffer.alloc(2 * NUMBER_BYTES);
  const endOfR = 4 + lengthAt(der, 3);
  placeNumber(der.subarray(4, endOfR), jws, NUMBER_BYTES);
  placeNumber(der.subarray(endOfR + 2, endOfR + 2 + lengthAt(der, endOfR + 1)), jws, 2 * NUMBER_BYTES);
  return jws;
}

/** A length in a signature this small takes one byte. */
function lengthAt(der: Buffer, index: number): number {
  return der.readUInt8(index);
}

/** DER drops leading zeros of a number, and adds one if the number would look negative. */
function placeNumber(number: Buffer, into: Buffer, end: number): void {
  const digits = number.subarray(Math.max(0, number.length - NUMBER_BYTES));
  digits.copy(into, end - digits.length);
}
