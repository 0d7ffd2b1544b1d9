import * as z from 'zod';
import { requestHost } from '../request-host.ts';

const Moment = z
  .string()
  .nullish()
  .transform((text) => {
    const at = text ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  });
/** Ids are texts, though the specification says number; a retry's answer has `retryOf` as a number. */
const Id = z.union([z.string(), z.number()]).transform(String);
const Text = z
  .string()
  .nullish()
  .transform((text) => text || undefined);

/** One page. `nextCursor` carries its own limit and none of the filters. */
export const pageOf = <T>(row: z.ZodType<T>) =>
  z.object({ data: z.array(row), nextCursor: z.string().nullish() });

const hostsIn = (
  steps: readonly { disabled?: boolean | null | undefined; host: string | undefined }[],
): string[] => [...new Set(steps.flatMap(({ disabled, host }) => (disabled ? [] : (host ?? []))))];

const isTrigger = (type: string): boolean =>
  /trigger$/i.test(type) || /\.(webhook|cron|interval|start)$/.test(type);

/** The steps of a workflow. Of their parameters only the host that a request goes to is kept. */
const Nodes = z
  .array(
    z
      .object({
        type: z.string(),
        disabled: z.boolean().nullish(),
        parameters: z.object({ url: z.unknown() }).nullish().catch(undefined),
      })
      .transform(({ parameters, ...node }) => ({ ...node, host: requestHost(parameters?.url) })),
  )
  .nullish();

/** Of a workflow only what names it and where it goes: the list holds whole graphs, twice, and what people typed into them. */
export const Workflow = z
  .object({
    id: Id,
    name: z.string(),
    active: z.boolean(),
    isArchived: z.boolean().nullish(),
    updatedAt: Moment,
    tags: z.array(z.object({ name: z.string() })).nullish(),
    nodes: Nodes,
    versionId: z.string().nullish(),
    activeVersionId: z.string().nullish(),
    activeVersion: z.object({ nodes: Nodes }).nullish(),
    settings: z.object({ saveDataSuccessExecution: z.string().nullish() }).nullish(),
  })
  .transform(
    ({
      tags,
      nodes,
      versionId,
      activeVersionId,
      activeVersion,
      isArchived,
      settings,
      ...workflow
    }) => ({
      ...workflow,
      archived: isArchived === true,
      tags: (tags ?? []).map(({ name }) => name),
      /** Where the requests of the version that runs go, once each. */
      hosts: hostsIn((workflow.active && activeVersion?.nodes) || (nodes ?? [])),
      triggers: [
        ...new Set(
          (nodes ?? [])
            .filter(({ type, disabled }) => !disabled && isTrigger(type))
            .map(({ type }) => type.replace(/^.*\./, '').replace(/Trigger$/, '')),
        ),
      ],
      /** The published version is not the one in the editor. */
      draft:
        workflow.active &&
        Boolean(activeVersionId) &&
        Boolean(versionId) &&
        versionId !== activeVersionId,
      /** The workflow's own setting; undefined: as n8n is set, which the API does not tell. */
      keepsSuccesses: ({ all: true, none: false } as Record<string, boolean | undefined>)[
        settings?.saveDataSuccessExecution ?? ''
      ],
    }),
  );
export type Workflow = z.output<typeof Workflow>;

const Word = z
  .string()
  .nullish()
  .transform((word) => word ?? 'unknown');

/** `finished` is legacy and false for failures: `status` counts. A deleted workflow leaves rows without a name anywhere. */
export const Execution = z.object({
  id: Id,
  workflowId: Id.nullish().transform((id) => id ?? undefined),
  status: Word,
  mode: Word,
  startedAt: Moment,
  stoppedAt: Moment,
  waitTill: Moment,
  retryOf: Id.nullish().transform((id) => id ?? undefined),
  retrySuccessId: Id.nullish().transform((id) => id ?? undefined),
});
export type Execution = z.output<typeof Execution>;

const Failed = z.object({
  message: Text,
  description: Text,
  name: Text,
  httpCode: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((code) => (code ? String(code) : undefined)),
  node: z.union([z.object({ name: Text }).transform(({ name }) => name), z.string()]).nullish(),
});
const NodeRun = z.object({ executionStatus: z.string().nullish(), error: Failed.nullish() });

/** The few words of a failure; the rest of an execution is payloads, headers and stacks, and stays where it is. */
export const Failure = z
  .object({
    data: z
      .object({
        resultData: z
          .object({
            error: Failed.nullish(),
            lastNodeExecuted: Text,
            runData: z.record(z.string(), z.array(NodeRun)).nullish(),
          })
          .nullish(),
      })
      .nullish(),
  })
  .transform(({ data }) => {
    const { error, lastNodeExecuted, runData } = data?.resultData ?? {};
    const [node, last] =
      Object.entries(runData ?? {})
        .map(([name, runs]) => [name, runs.at(-1)] as const)
        .find(([, run]) => run?.executionStatus === 'error') ?? [];
    const cause = error ?? last?.error;
    return {
      node: lastNodeExecuted ?? (cause?.node || node),
      message: cause?.message,
      description: cause?.description,
      kind: cause?.name,
      code: cause?.httpCode,
    };
  });
export type Failure = z.output<typeof Failure>;

/** What `/discover` says a key may do. */
export const Discovered = z
  .object({ data: z.object({ scopes: z.array(z.string()).nullish() }) })
  .transform(({ data }) => data.scopes ?? []);

/** `n8n_version_info{version="v2.41.1",…} 1`, not that of Node.js above it; the prefix of the names can be changed. */
export const versionIn = (metrics: string): string | undefined =>
  /^(?!\w*nodejs_)\w*version_info\{[^}]*\bversion="v?([^"]+)"/m.exec(metrics)?.[1];
