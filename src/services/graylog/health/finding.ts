import type { Finding } from '../../../core/health.ts';
import type { JsonObject } from '../../../core/base/json.ts';
import type { Settings } from '../settings.ts';

/** Which Graylog is being looked at. */
export interface Place {
  instance: string;
  /** There are several, so a call must say which. */
  named: boolean;
  now: number;
  settings: Settings;
}

/** A finding's id and the call that digs deeper, in the words of one Graylog. */
export const found = (
  { instance, named }: Place,
  kind: string,
  {
    subject = instance,
    tool = 'graylog_overview',
    arguments: args = {},
    ...rest
  }: Pick<Finding, 'severity' | 'message' | 'since' | 'evidence'> & {
    subject?: string;
    tool?: string;
    arguments?: JsonObject;
  },
): Finding => ({
  id: `graylog.${kind}/${subject}`,
  subject,
  ...rest,
  next: { tool, arguments: { ...args, ...(named && { instance }) } },
});
