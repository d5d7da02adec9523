/**
 * The contrast of an element's text against what is behind it (WCAG 2.2, 1.4.3). Runs inside the page, so it may use
 * nothing from outside of it.
 */
export function contrastOf(element: Element): number {
  const channels = (color: string): number[] => color.match(/[\d.]+/g)?.map(Number) ?? [];
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(color).map(value => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  let behind: Element | null = element;
  while (behind && channels(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const text = luminance(getComputedStyle(element).color);
  const ground = behind ? luminance(getComputedStyle(behind).backgroundColor) : 1;
  return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
}
