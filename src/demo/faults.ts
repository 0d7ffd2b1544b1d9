import type { ServerResponse } from 'node:http';
import type { Poison } from './poison.ts';
import type { Reply } from './wire.ts';

/**
 * What can go wrong on the wire. `refuse` without conditions stops listening, with conditions it closes the request's connection;
 * only `truncate` lets the service act before the answer is lost.
 */
export type Fault =
  | 'refuse'
  | 'hang'
  | 'drip'
  | 'reset'
  | 'garbage'
  | 'truncate'
  | 'huge'
  | 'wrong-shape'
  | { status: number; reason?: string; body?: string; headers?: Record<string, string> }
  | Poison;

/** Which requests a fault hits: those on `path`, after `after` of them have passed, `times` in all. */
export interface When {
  after?: number;
  path?: RegExp;
  times?: number;
}

/** A request in progress, as a fault may treat it. */
export interface Exchange {
  readonly response: ServerResponse;
  answer(): Promise<Reply>;
  cut(how: 'close' | 'reset'): void;
}

/** The faults that wait for their request, in the order they were injected. */
export class FaultPlan {
  #planned: { fault: Fault; path: RegExp; after: number; times: number }[] = [];

  add(fault: Fault, { after = 0, path = /^/, times = Infinity }: When = {}): void {
    this.#planned.push({ fault, path, after, times });
  }

  clear(): void {
    this.#planned = [];
  }

  next(path: string): Fault | undefined {
    for (const plan of this.#planned) {
      if (plan.times <= 0 || path.search(plan.path) < 0) continue;
      if (plan.after-- > 0) continue;
      plan.times -= 1;
      return plan.fault;
    }
    return undefined;
  }
}

const html = { 'content-type': 'text/html' };
const jsonType = { 'content-type': 'application/json' };

/** The reply that stands in for the real one, or undefined for a fault below HTTP. */
export function replacement(fault: Fault): Reply | undefined {
  if (typeof fault === 'object' && 'status' in fault) return fault;
  if (fault === 'garbage')
    return { headers: html, body: '<!doctype html><title>Welcome</title><p>It works!' };
  if (fault === 'wrong-shape') return { headers: jsonType, body: '["unexpected",42]' };
  return undefined;
}

/** Carries out a fault below HTTP on one request. */
export async function perform(fault: Fault, exchange: Exchange): Promise<void> {
  if (fault === 'reset') exchange.cut('reset');
  else if (fault === 'refuse') exchange.cut('close');
  else if (fault === 'drip') drip(exchange.response);
  else if (fault === 'huge') pour(exchange.response);
  else if (fault === 'truncate') await truncate(exchange);
}

function drip(response: ServerResponse): void {
  response.writeHead(200, jsonType).write(' ');
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
}

function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, 'x');
  const pourOn = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.writeHead(200, jsonType).write('{"data":"');
  response.on('drain', pourOn);
  pourOn();
}

async function truncate({ response, answer, cut }: Exchange): Promise<void> {
  const { status = 200, headers = {}, body = '' } = await answer();
  const whole = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': String(whole.length) });
  response.write(whole.subarray(0, whole.length >> 1), () => cut('close'));
}
