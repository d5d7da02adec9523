import type { Page } from 'playwright-core';

/** What has the focus, as a person knows it who cannot see the page, and whether one who can sees that it has. */
type Focused = { readonly name: string; readonly ring: boolean };

const MOST_STEPS = 100;

/** A person at a page of the broker who has no mouse: gets to everything with Tab, and must see at each step where they are. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Gets to a link, a button or a field by the first line of its name. */
  async reach(name: string, press = 'Tab'): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step < MOST_STEPS; step++) {
      await this.#page.keyboard.press(press);
      const focused = await this.#page.evaluate(findFocus);
      if (focused === undefined) continue;
      if (!focused.ring) throw new Error(`nobody sees that the focus is on ${focused.name}`);
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

  /** Chooses one of a group of which another one is chosen, to which Tab leads. */
  async choose(name: string, chosen: string): Promise<void> {
    await this.reach(chosen);
    await this.reach(name, 'ArrowUp');
  }

  /** Fills a field in, whatever was in it. */
  async type(name: string, text: string): Promise<void> {
    await this.reach(name);
    await this.#page.keyboard.press('Control+A');
    await this.#page.keyboard.press('Backspace');
    await this.#page.keyboard.type(text);
  }
}

/** Runs inside of the page; nothing while the focus is not in it. */
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

/** Runs inside of the page. */
function leadsToAnotherPage(): boolean {
  return document.activeElement?.matches('a[href]:not([href^="#"]), button[type=submit]') ?? false;
}
