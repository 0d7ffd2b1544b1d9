import * as z from 'zod';
import { envelope, Labels, list, Moment } from './envelope.ts';

const Alert = z.object({
  labels: Labels,
  annotations: Labels.default({}),
  state: z.string(),
  activeAt: Moment,
  value: z.string().optional(),
});
/** An alert as its Prometheus has it; `activeAt` in milliseconds. */
export type PrometheusAlert = z.output<typeof Alert>;

/** The answer of GET /api/v1/alerts: what fires or is pending. `value` as Prometheus writes it. */
export const Alerts = envelope(z.object({ alerts: list(Alert) }).transform(({ alerts }) => alerts));

const Rule = z.object({
  type: z.string(),
  name: z.string(),
  query: z.string(),
  health: z.string(),
  lastError: z.string().optional(),
  state: z.string().optional(),
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
