import { WaitingKeys } from './waiting-keys.ts';

/** A file that a replay has seen. */
type SeenFile = {
  readonly id: string;
  readonly directory: string;
  /** Its answer is being stored, also by a replay that does not wait for it any more. */
  isBusy: boolean;
  isReported: boolean;
};

/** The spool files that this process knows. What waits for one is held until it is gone. */
export class SpooledFiles {
  private readonly files = new Map<string, SeenFile>();
  private readonly waitingKeys = new WaitingKeys();

  /** The number of files that a replay could not store. */
  get stuck(): number {
    return Array.from(this.files.values()).filter(({ isReported }) => isReported).length;
  }

  isWaitingFor(key: string): boolean {
    return this.waitingKeys.has(key);
  }

  note(path: string, { id, directory }: Pick<SeenFile, 'id' | 'directory'>): SeenFile {
    const known = this.files.get(path);
    if (known) return known;
    const file = { id, directory, isBusy: false, isReported: false };
    this.files.set(path, file);
    this.waitingKeys.add(id);
    return file;
  }

  forget(path: string): void {
    const file = this.files.get(path);
    if (!file) return;
    this.files.delete(path);
    this.waitingKeys.remove(file.id);
  }

  /** Forgets the files of a directory that are not among `paths`: somebody took them away. */
  keepOnly(directory: string, paths: ReadonlySet<string>): void {
    for (const [path, file] of this.files) {
      if (file.directory === directory && !file.isBusy && !paths.has(path)) this.forget(path);
    }
  }
}
