import { adminTexts as texts } from '../../texts/admin.ts';

/** A part of the operator's pages, at its path below `/admin`. */
export type AdminSection = { readonly path: string; readonly title: string };

/** The parts of the operator's pages, in the order of their tabs. Add a new one here. */
export const adminSections = {
  overview: { path: '', title: texts.overview },
  sessions: { path: '/sessions', title: texts.sessions },
  clientKeys: { path: '/client-keys', title: texts.clientKeys },
  nativeApps: { path: '/native-apps', title: texts.nativeApps },
  instances: { path: '/instances', title: texts.instances },
  auditEvents: { path: '/audit-events', title: texts.auditEvents },
} as const satisfies Readonly<Record<string, AdminSection>>;

export type AdminSectionName = keyof typeof adminSections;
