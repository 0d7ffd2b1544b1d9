/** Where one instance of a service is and how to greet it. Plain data, made by a service's `connect`. */
export interface Endpoint<Settings = unknown> {
  /** `http://`, `https://` (a path prefix is kept) or `unix:///path/to.sock`. */
  baseUrl: string;
  headers?: Readonly<Record<string, string>>;
  /** Names of headers that its session sets, in lower case. */
  sessionHeaders?: readonly string[];
  /** What the service's client needs to know besides: thresholds, a virtual address. Never a secret. */
  settings?: Settings;
  /** What a session logs in with. */
  credentials?: Readonly<Record<string, string>>;
  /** A certificate the client shows, for mutual TLS. */
  clientCertificate?: { certFile: string; keyFile: string };
  /** Switched off for much of the time on purpose: that nothing is there is worth saying, and no fault. */
  partTime?: boolean;
  /** A second server that belongs to this instance and is optional, by name. */
  also?: Readonly<Record<string, Endpoint>>;
}

/** How the certificate of one instance is checked. */
export interface Tls {
  caFile?: string | undefined;
  /** SHA-256 of the leaf, or of a CA in the chain, as `AA:BB:…`. */
  fingerprint?: string | undefined;
  servername?: string | undefined;
  verify: boolean;
}

/** The bounds of one instance; milliseconds and bytes. */
export interface Limits {
  timeoutMs: number;
  connectTimeoutMs: number;
  maxBytes: number;
  /** How often a running task is asked for its state, and how long a write waits for it. */
  pollMs: number;
  waitMs: number;
}

/** An endpoint that was configured: it knows the names its operator would have to change. */
export interface Target extends Endpoint {
  /** Where its variables start, e.g. `PIHOLE_DNS1`. */
  prefix: string;
  /** Where its address stands, if not in `<prefix>_URL`. */
  urlVariable?: string;
  tls: Tls;
  limits: Limits;
}
