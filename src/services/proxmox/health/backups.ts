import type { Finding } from '../../../core/health.ts';
import { plural } from '../../../core/units.ts';
import { finding, isPermitted, type View } from './view.ts';

const named = 10;

/** Guests in no backup job, as one finding: a warning when one of them runs. Whether the jobs succeed is told by their tasks. */
export async function backupFindings(view: View): Promise<Finding[]> {
  const listed = isPermitted(view, '/', 'Sys.Audit') ? await view.check('guests without a backup job', () => view.one.notBackedUp()) : undefined;
  const missing = new Set(listed?.map(({ vmid }) => vmid));
  const guests = view.resources.guests.filter(({ vmid, template }) => missing.has(vmid) && !template);
  const running = guests.filter(({ status }) => status === 'running');
  const told = running.length > 0 ? running : guests;
  if (told.length === 0) return [];
  const names = told.slice(0, named).map(({ vmid, name }) => `${vmid}${name ? ` ${name}` : ''}`).join(', ');
  const more = told.length > named ? ` and ${told.length - named} more` : '';
  return [finding(view, 'not-backed-up', running.length > 0 ? 'warning' : 'info', 'jobs', `${plural(told.length, running.length > 0 ? 'running guest' : 'stopped guest')} in no backup job: ${names}${more}`, {
    next: { tool: 'list_guests', arguments: { status: running.length > 0 ? 'running' : 'stopped', ...view.where } },
  })];
}
