import * as z from 'zod';
import { Labels, list, Moment, optionalList, OptionalLabels, Text } from './envelope.ts';

/** Facts: Alertmanager api/v2/openapi.yaml (v0.25 and v0.34), checked on the wire with 0.25.0 and 0.33.1. */

const Ids = optionalList(z.string());

/** The answer of GET /api/v2/alerts: what Prometheus servers sent and Alertmanager has. */
export const SentAlerts = list(
  z.object({
    labels: Labels,
    annotations: OptionalLabels,
    startsAt: Moment,
    fingerprint: z.string(),
    status: z.object({ state: z.string(), silencedBy: Ids, inhibitedBy: Ids, mutedBy: Ids }),
  }),
);
/** An alert as Alertmanager has it: with the external labels of the Prometheus that sent it. */
export type SentAlert = z.output<typeof SentAlerts>[number];

/** The answer of GET /api/v2/silences; `endsAt` in milliseconds. */
export const Silences = list(
  z.object({
    id: z.string(),
    createdBy: Text,
    comment: Text,
    endsAt: Moment,
  }),
);
/** Who silences, why and until when. */
export type Silence = z.output<typeof Silences>[number];

/** The answer of GET /api/v2/status. */
export const AlertmanagerStatus = z
  .object({ versionInfo: z.object({ version: z.string() }) })
  .transform(({ versionInfo }) => versionInfo);
