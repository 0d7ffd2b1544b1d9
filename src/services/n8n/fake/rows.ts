import type { Run, RunError, Workflow } from '../../../demo/world/n8n.ts';

/** The answers of the public API, field for field as 1.123.81 and 2.41.1 gave them on the wire; what people type into nodes is in them. */
const iso = (ms: number) => new Date(ms).toISOString();
const uuid = (seed: string, n: number) =>
  Buffer.from(`${n}${seed}`.padEnd(16, '0'))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
const owner = 'ko6zzDJi5us89xsd';

/** A secret somebody typed into a node: whoever forwards graphs leaks it. */
export const typedSecret = 'tk_live_4f9a2c7e81b3';

function graph({ id, trigger, steps, calls }: Workflow) {
  const nodes = [trigger, ...steps].map((name, i) => ({
    id: `${id}-${i}`,
    name: i === 0 ? 'Start' : name,
    type:
      i === 0
        ? `n8n-nodes-base.${name}`
        : name === 'Wait'
          ? 'n8n-nodes-base.wait'
          : 'n8n-nodes-base.httpRequest',
    typeVersion: 2,
    position: [i * 200, 0],
    parameters:
      i === 0
        ? {}
        : {
            url: `${calls[name] ?? 'https://api.example.net'}/${i}?apikey=${typedSecret}`,
            sendHeaders: true,
            headerParameters: { parameters: [{ name: 'X-Api-Key', value: typedSecret }] },
          },
    ...(i > 0 && { credentials: { httpHeaderAuth: { id: 'GmXk2', name: 'Header Auth account' } } }),
  }));
  return {
    nodes,
    connections: Object.fromEntries(
      nodes
        .slice(0, -1)
        .map((node, i) => [
          node.name,
          { main: [[{ node: nodes[i + 1]?.name, type: 'main', index: 0 }]] },
        ]),
    ),
  };
}

const settingsOf = ({ saveSuccess }: Workflow, major: number) => ({
  executionOrder: 'v1',
  ...(saveSuccess !== null && { saveDataSuccessExecution: saveSuccess ? 'all' : 'none' }),
  ...(major === 1 && { callerPolicy: 'workflowsFromSameOwner', availableInMCP: false }),
});

/** One workflow, with its whole graph. */
export function workflowRow(workflow: Workflow, major: 1 | 2): object {
  const { id, name, active, archived, tags, draft, createdAt, updatedAt } = workflow;
  const stamps = { updatedAt: iso(updatedAt), createdAt: iso(createdAt) };
  const published = uuid(id, 1);
  const added = major === 2 ? { nodeGroups: [] } : {};
  return {
    ...stamps,
    id,
    name,
    active,
    isArchived: archived,
    ...graph(workflow),
    ...added,
    settings: settingsOf(workflow, major),
    staticData: null,
    meta: null,
    pinData: null,
    versionId: draft ? uuid(id, 2) : published,
    activeVersionId: active ? published : null,
    triggerCount: active ? 1 : 0,
    shared: [{ ...stamps, role: 'workflow:owner', workflowId: id, projectId: owner }],
    activeVersion: active
      ? {
          ...stamps,
          versionId: published,
          workflowId: id,
          ...graph(workflow),
          ...added,
          authors: 'Lab Owner',
          name: null,
          description: null,
          ...(major === 2 && { autosaved: false }),
        }
      : null,
    tags: tags.map((tag) => ({ ...stamps, id: `t${tag}`, name: tag })),
  };
}

/** One run as lists have it. */
export function executionRow(run: Run, succeededAs: number | null): object {
  const { id, workflow, status, mode, startedAt, stoppedAt, waitTill, retryOf } = run;
  return {
    id: String(id),
    finished: status === 'success',
    mode,
    retryOf: retryOf === null ? null : String(retryOf),
    retrySuccessId: succeededAs === null ? null : String(succeededAs),
    status,
    startedAt: iso(startedAt),
    stoppedAt: stoppedAt === null ? null : iso(stoppedAt),
    workflowId: workflow,
    waitTill: waitTill === null ? null : iso(waitTill),
  };
}

/** One run as it is asked for by its id; with `includeData` all its payloads. */
export function executionDetail(
  run: Run,
  workflow: Workflow | undefined,
  major: 1 | 2,
  succeededAs: number | null,
  includeData: boolean,
): object {
  const whole = {
    ...executionRow(run, succeededAs),
    createdAt: iso(run.startedAt - 40),
    deletedAt: null,
    ...(major === 2 && {
      storedAt: 'db',
      jsonSizeBytes: 3_661,
      workflowVersionId: uuid(run.workflow, 1),
      tracingContext: null,
      deduplicationKey: null,
      binaryDataSizeBytes: 0,
      usedPrivateCredentials: false,
    }),
  };
  // A run that died with its process has no data.
  if (!includeData || run.status === 'crashed') return whole;
  return {
    ...whole,
    data: dataOf(run),
    workflowData: workflow
      ? { id: workflow.id, name: workflow.name, ...graph(workflow), settings: {} }
      : {},
    customData: {},
  };
}

function dataOf({ startedAt, error }: Run): object {
  const received = {
    main: [
      [
        {
          json: {
            headers: { host: 'n8n.lab.example.net', authorization: `Bearer ${typedSecret}` },
            body: { name: 'a private payload' },
          },
          pairedItem: { item: 0 },
        },
      ],
    ],
  };
  const failed = error && {
    level: 'warning',
    tags: {},
    ...errorOf(error),
    stack: `Error: ${error.message}\n    at VmCodeWrapper (evalmachine.<anonymous>:1:966)\n    at node:internal/process/task_queues:95:5`,
  };
  const ran = {
    startTime: startedAt,
    executionIndex: 0,
    source: [],
    hints: [],
    executionTime: 1,
    executionStatus: 'success',
    data: received,
  };
  return {
    version: 1,
    startData: {},
    executionData: { contextData: {}, nodeExecutionStack: [{ data: received }] },
    resultData: {
      ...(failed && { error: failed }),
      runData: {
        Start: [ran],
        ...(error && {
          [error.step]: [{ ...ran, executionStatus: 'error', error: failed, data: undefined }],
        }),
      },
      lastNodeExecuted: error?.step ?? 'Start',
    },
  };
}

/** Errors of nodes carry the request they made, with its headers; those of code only a line. */
const errorOf = ({ step, message, description, name, code }: RunError): object =>
  code
    ? {
        timestamp: 0,
        context: {
          itemIndex: 0,
          request: {
            headers: { 'x-api-key': typedSecret },
            method: 'GET',
            uri: 'https://api.example.net/1',
          },
        },
        name,
        node: { name: step, parameters: {} },
        messages: [message],
        httpCode: code,
        description,
        message,
      }
    : { description, ...(name && { name }), lineNumber: 1, message };
