import * as z from 'zod';
import { envelope, list, Moment } from './envelope.ts';

/** Base URLs of the Alertmanagers that Prometheus sends to, from GET /api/v1/alertmanagers. */
export const Alertmanagers = envelope(
  z.object({ activeAlertmanagers: list(z.object({ url: z.string() })) }),
).transform(({ activeAlertmanagers }) =>
  activeAlertmanagers.map(({ url }) => url.replace(/\/api\/v[12]\/alerts$/, '')),
);

/** The answer of GET /api/v1/status/buildinfo. */
export const BuildInfo = envelope(z.object({ version: z.string() }));

/** The answer of GET /api/v1/status/runtimeinfo; moments in milliseconds. */
export const RuntimeInfo = envelope(
  z.object({
    reloadConfigSuccess: z.boolean().optional(),
    lastConfigTime: Moment,
    startTime: Moment,
    storageRetention: z.string().optional(),
  }),
);
export type RuntimeInfo = z.output<typeof RuntimeInfo>;
