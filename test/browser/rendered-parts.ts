import { readdir, readFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

const PAGES = fileURLToPath(new URL('../../src/web/', import.meta.url));

/** Records which components are rendered in this process, to find those that no checked page has. */
export class RenderedParts {
  readonly #session = new Session();

  async watch(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }

  /** Stops recording. Returns the components that were never rendered. */
  async unseen(): Promise<string[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    this.#session.disconnect();
    const seen = result
      .filter(({ url }) => url.includes('/src/web/'))
      .flatMap(({ functions }) => functions)
      .filter(({ ranges: [whole] }) => (whole?.count ?? 0) > 0)
      .map(({ functionName }) => functionName);
    return (await listComponents()).filter(name => !seen.includes(name));
  }
}

async function listComponents(): Promise<string[]> {
  const files = await readdir(PAGES, { recursive: true });
  const parts = files.filter(file => file.endsWith('.tsx') && !file.endsWith('.spec.tsx'));
  const texts = await Promise.all(parts.map(file => readFile(PAGES + file, 'utf8')));
  return texts.flatMap(text =>
    [...text.matchAll(/^(?:export )?function ([A-Z]\w*)/gm)].map(([, name = '']) => name),
  );
}
