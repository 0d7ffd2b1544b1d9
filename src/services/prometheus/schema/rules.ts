import * as z from 'zod';
import { envelope, Labels, list, Moment, optional, OptionalLabels, Text } from './envelope.ts';

const Alert = z.object({
  labels: Labels,
  annotations: OptionalLabels,
  state: z.string(),
  activeAt: Moment,
  value: optional(z.string()),
});
/** An alert as its Prometheus has it; `activeAt` in milliseconds. */
export type PrometheusAlert = z.output<typeof Alert>;

/** The answer of GET /api/v1/alerts: what fires or is pending. `value` as Prometheus writes it. */
export const Alerts = envelope(z.object({ alerts: list(Alert) }).transform(({ alerts }) => alerts));

const Rule = z.object({
  type: z.string(),
  name: z.string(),
  query: Text,
  health: z.string(),
  lastError: optional(z.string()),
  state: optional(z.string()),
  lastEvaluation: Moment,
});

/** The answer of GET /api/v1/rules, every rule with the name of its group. */
export const Rules = envelope(
  z.object({ groups: list(z.object({ name: z.string(), rules: list(Rule) })) }),
).transform(({ groups }) =>
  groups.flatMap(({ name: group, rules }) => rules.map((rule) => ({ ...rule, group }))),
);
/** A rule of any type; `lastEvaluation` in milliseconds, undefined before the first one. */
export type Rule = z.output<typeof Rules>[number];
