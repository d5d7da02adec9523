/**
 * Where a database lives, by facts that a copy of it does not share. A fact that the engine or the file system does not tell
 * is missing.
 */
export type HomeFacts = Readonly<Record<string, string>>;
