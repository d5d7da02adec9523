import type { Timestamp } from './timestamp.ts';

/** The one row of the installation. */
export type InstallationTable = {
  /** Always `this`. */
  id: 'this';
  /** The facts of the home, as JSON. */
  home: string;
  /** When the home was first seen or last accepted. */
  settled_at: Timestamp;
  /** When the operator last accepted that the database was restored. */
  restored_at: Timestamp | null;
  /** The facts of the home before, as JSON. */
  restored_from: string | null;
  /** How many sessions were put in doubt then. Null until that is done. */
  restored_sessions: number | null;
};
