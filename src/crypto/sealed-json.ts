import type { RowBinding } from './row-binding.ts';
import type { SealedBox } from './sealed-box.ts';

/** Seals values of one type as JSON. */
export class SealedJson<Value> {
  constructor(private readonly box: SealedBox) {}

  seal(value: Value, binding: RowBinding): string {
    return this.box.seal(JSON.stringify(value), binding);
  }

  /**
   * Returns the value that was sealed. The seal proves that {@link seal} wrote the text, so its shape is not checked.
   *
   * @throws BrokerError `SealedRowUnreadable` as {@link SealedBox.open} does
   */
  open(sealed: string, binding: RowBinding): Value {
    return JSON.parse(this.box.open(sealed, binding)) as Value;
  }
}
