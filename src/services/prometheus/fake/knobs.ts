/** What a test may turn, while it runs. */
export interface Knobs {
  version: '3.5.3' | '2.42.0';
  /** Another program that speaks its API: it stores, evaluates no rules, and calls itself an old Prometheus (v1.140). */
  compatible: 'VictoriaMetrics' | null;
  alertmanagerVersion: '0.33.1' | '0.25.0';
  /** Basic auth of Prometheus, and of Alertmanager; null lets everybody in. */
  auth: { username: string; password: string } | null;
  alertmanagerAuth: { username: string; password: string } | null;
  /** False while it replays its log. */
  ready: boolean;
  /** Ends of the base URLs, as `--web.route-prefix` sets them. */
  prefix: string;
}
