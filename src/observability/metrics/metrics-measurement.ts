import { failAfter } from '../../waiting/fail-after.ts';

/** The age up to which a measured number is reused. */
const MAX_AGE_MS = 10_000;

/** The wait of a scrape for a number. A scraper itself waits 10 s by default. */
const PATIENCE_MS = 3_000;

export type MeasurementLimits = {
  readonly maxAgeMs?: number;
  readonly patienceMs?: number;
  readonly now?: () => number;
};

/**
 * Returns a measurement that never rejects and calls its source at most every 10 s. If the source fails or takes longer
 * than 3 s, the value is `undefined` and `onFailure` gets the error, once per call of the source.
 */
export function measureSeldom<Value>(
  source: () => Promise<Value>,
  onFailure: (error: unknown) => void,
  { maxAgeMs = MAX_AGE_MS, patienceMs = PATIENCE_MS, now = () => performance.now() }: MeasurementLimits = {},
): () => Promise<Value | undefined> {
  const measure = async (): Promise<Value | undefined> => {
    try {
      return await failAfter(
        patienceMs,
        source(),
        () => new Error(`Not measured within ${patienceMs / 1000} s.`),
      );
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
  let last: { readonly at: number; readonly value: Promise<Value | undefined> } | undefined;
  return () => {
    if (!last || now() - last.at >= maxAgeMs) last = { at: now(), value: measure() };
    return last.value;
  };
}
