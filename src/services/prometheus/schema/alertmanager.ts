import * as z from 'zod';
import { Labels, list, Moment } from './index.ts';

/** Facts: Alertmanager api/v2/openapi.yaml (v0.25 and v0.34), checked on the wire with 0.25.0 and 0.33.1. */

const Ids = z
  .array(z.string())
  .nullish()
  .transform((ids) => ids ?? []);

export const SentAlerts = list(
  z.object({
    labels: Labels,
    annotations: Labels.default({}),
    startsAt: Moment,
    fingerprint: z.string(),
    status: z.object({ state: z.string(), silencedBy: Ids, inhibitedBy: Ids, mutedBy: Ids }),
  }),
);
/** An alert as Alertmanager has it: with the external labels of the Prometheus that sent it. */
export type SentAlert = z.output<typeof SentAlerts>[number];

export const Silences = list(
  z.object({
    id: z.string(),
    createdBy: z.string().default(''),
    comment: z.string().default(''),
    endsAt: Moment,
  }),
);
export type Silence = z.output<typeof Silences>[number];

export const AlertmanagerStatus = z
  .object({ versionInfo: z.object({ version: z.string() }) })
  .transform(({ versionInfo }) => versionInfo);
