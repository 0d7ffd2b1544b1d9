import * as z from 'zod';
import { envelope, list, Moment, optional } from './envelope.ts';

/** Base URLs of the Alertmanagers that Prometheus sends to, from GET /api/v1/alertmanagers. */
export const Alertmanagers = envelope(
  z.object({ activeAlertmanagers: list(z.object({ url: z.string() })) }),
).transform(({ activeAlertmanagers }) =>
  activeAlertmanagers.map(({ url }) => url.replace(/\/api\/v[12]\/alerts$/, '')),
);

/**
 * The version out of GET /api/v1/status/buildinfo. A compatible server names itself (Mimir: `application`), or tells the version of a
 * Prometheus it stands in for and nothing of how it was built (VictoriaMetrics).
 */
export const BuildInfo = envelope(
  z.object({
    version: z.string(),
    revision: optional(z.string()),
    goVersion: optional(z.string()),
    application: optional(z.string()),
  }),
).transform(({ version, revision, goVersion, application }) => {
  if (application) return `${application} ${version}`;
  return revision || goVersion ? version : `${version} (compatible server)`;
});

/** The answer of GET /api/v1/status/runtimeinfo; moments in milliseconds. */
export const RuntimeInfo = envelope(
  z.object({
    reloadConfigSuccess: optional(z.boolean()),
    lastConfigTime: Moment,
    startTime: Moment,
    storageRetention: optional(z.string()),
  }),
);
export type RuntimeInfo = z.output<typeof RuntimeInfo>;
