import type { Page } from 'playwright-core';

/** The focused element: its accessible name, and whether its focus ring is visible. */
type Focused = { readonly name: string; readonly ring: boolean };

const MOST_STEPS = 100;

/** A keyboard user of the broker's pages. Reaches everything with Tab, and fails if a focus ring is not visible. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Presses a key until the element with this first line of its name has the focus. */
  async reach(name: string, press = 'Tab'): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step < MOST_STEPS; step++) {
      await this.#page.keyboard.press(press);
      const focused = await this.#page.evaluate(findFocus);
      if (focused === undefined) continue;
      if (!focused.ring) throw new Error(`the focus ring of ${focused.name} is not visible`);
      if (focused.name === name) return;
      passed.push(focused.name);
    }
    throw new Error(`no key leads to ${name}, only to ${[...new Set(passed)].join(', ')}`);
  }

  /** Follows a link, or presses a button, and waits for the page that it leads to. */
  async enter(name: string): Promise<void> {
    await this.reach(name);
    const leads = await this.#page.evaluate(leadsToAnotherPage);
    const arrived = leads ? this.#page.waitForEvent('load') : undefined;
    await this.#page.keyboard.press('Enter');
    await arrived;
  }

  async tick(name: string): Promise<void> {
    await this.reach(name);
    await this.#page.keyboard.press('Space');
  }

  /** Selects a radio button, starting from the selected one. */
  async choose(name: string, chosen: string, press = 'ArrowUp'): Promise<void> {
    await this.reach(chosen);
    await this.reach(name, press);
  }

  /** Replaces the contents of a field. */
  async type(name: string, text: string): Promise<void> {
    await this.reach(name);
    await this.#page.keyboard.press('Control+A');
    await this.#page.keyboard.press('Backspace');
    await this.#page.keyboard.type(text);
  }
}

/** Returns undefined while the focus is outside the page. Runs inside the page. */
function findFocus(): Focused | undefined {
  const element = document.activeElement as HTMLElement | null;
  if (element === null || element === document.body) return undefined;
  const label = (element as HTMLInputElement).labels?.[0];
  const name = element.ariaLabel ?? (label ?? element).innerText;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom } = element.getBoundingClientRect();
  const isInView = bottom > 0 && top < innerHeight;
  const isRinged = outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2;
  return { name: name.split('\n')[0]?.trim() ?? '', ring: isRinged && isInView };
}

/** Runs inside the page. */
function leadsToAnotherPage(): boolean {
  return document.activeElement?.matches('a[href]:not([href^="#"]), button[type=submit]') ?? false;
}
