import {
  inputRequired,
  inputResponse,
  type ClientCapabilities,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Caller } from '../core/call.ts';
import type { Runtime } from '../core/runtime.ts';
import { sleep } from '../core/base/abortable.ts';
import type { JsonObject } from '../core/base/json.ts';

const patienceMs = 45_000;
const lookEveryMs = 500;

/** Has the client open the approval page, where it says that it can. Only what a person does there counts: some clients answer elicitations by themselves. */
export function askForApproval(
  { outcome, page, code, summary }: JsonObject,
  { mcpReq }: ServerContext,
  server: McpServer,
): InputRequiredResult | undefined {
  if (outcome !== 'waiting' || typeof page !== 'string' || typeof code !== 'string')
    return undefined;
  const envelope = mcpReq.envelope as Record<string, ClientCapabilities | undefined> | undefined;
  const can =
    envelope?.['io.modelcontextprotocol/clientCapabilities'] ??
    server.server.getClientCapabilities();
  if (!can?.elicitation?.url) return undefined;
  return inputRequired({
    requestState: code,
    inputRequests: {
      approval: inputRequired.elicitUrl({
        message: `Approve or decline: ${String(summary)}`,
        url: page,
      }),
    },
  });
}

/** The code a client comes back with after it has opened the page; by then, or within a bound, a person may have answered. The gate verifies the code like any other, so what the client sends here need not be trusted. */
export async function codeToTry(
  { gate: { approvals } }: Runtime,
  { mcpReq }: ServerContext,
  { signal, progress }: Pick<Caller, 'signal' | 'progress'>,
): Promise<string | undefined> {
  const code = mcpReq.requestState();
  if (typeof code !== 'string' || mcpReq.inputResponses === undefined) return undefined;
  const opened = inputResponse(mcpReq.inputResponses, 'approval');
  if (opened.kind !== 'elicit' || opened.action !== 'accept') return code;
  for (
    const end = performance.now() + patienceMs;
    performance.now() < end && !(await approvals.answerFor(code));
  ) {
    progress('waiting for a person to approve');
    await sleep(lookEveryMs, signal);
  }
  return code;
}
