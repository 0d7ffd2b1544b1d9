import { request } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { once } from 'node:events';
import type { FakeProxmox } from './index.ts';

interface Options {
  authorization?: string | undefined;
  body?: string;
  form?: Record<string, string>;
  type?: string;
  gzip?: boolean;
  signal?: AbortSignal;
}

/** A bare HTTPS client for the fake: what it answers, byte for byte. */
export function bareClient(pve: FakeProxmox) {
  async function send(method: string, path: string, options: Options = {}) {
    const {
      body = options.form ? new URLSearchParams(options.form).toString() : '',
      type = 'application/x-www-form-urlencoded',
      gzip,
      signal,
    } = options;
    const authorization =
      'authorization' in options
        ? options.authorization
        : `PVEAPIToken=${pve.knobs.tokens[0]?.id}=${pve.knobs.tokens[0]?.secret}`;
    const headers = {
      ...(authorization ? { authorization } : {}),
      ...(body ? { 'content-type': type, 'content-length': Buffer.byteLength(body) } : {}),
      ...(gzip ? { 'accept-encoding': 'gzip' } : {}),
    };
    const url = path.startsWith('https:') ? path : `${pve.url}/api2/json${path}`;
    const [answer] = await once(
      request(url, {
        method,
        headers,
        ca: pve.ca,
        agent: false,
        ...(signal ? { signal } : {}),
      }).end(body),
      'response',
    );
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const text = (answer.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
    const json = answer.headers['content-type']?.startsWith('application/json')
      ? JSON.parse(text)
      : undefined;
    return {
      status: Number(answer.statusCode),
      reason: String(answer.statusMessage),
      headers: answer.headers,
      text,
      json,
    };
  }
  /** A read that must succeed. */
  async function get(path: string) {
    const { status, reason, json } = await send('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${reason}`);
    return json;
  }
  return { send, get };
}
