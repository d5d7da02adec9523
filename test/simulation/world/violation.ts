/** A broken promise. The kind is stable, so that a shorter run can be recognised as the same failure. */
export class Violation extends Error {
  override readonly name = 'Violation';

  constructor(
    readonly kind: string,
    readonly detail: string,
  ) {
    super(`${kind}: ${detail}`);
  }
}
