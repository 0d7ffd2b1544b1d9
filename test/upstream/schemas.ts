import * as z from 'zod';
import * as caddy from '../../src/services/caddy/schema/index.ts';
import * as account from '../../src/services/graylog/schema/account.ts';
import * as indexer from '../../src/services/graylog/schema/indexer.ts';
import * as nodes from '../../src/services/graylog/schema/nodes.ts';
import * as search from '../../src/services/graylog/schema/search.ts';
import { Streams } from '../../src/services/graylog/schema/streams.ts';
import * as n8n from '../../src/services/n8n/schema/index.ts';
import * as netbox from '../../src/services/netbox/schema/index.ts';
import * as access from '../../src/services/pbs/schema/access.ts';
import * as backup from '../../src/services/pbs/schema/backup.ts';
import * as store from '../../src/services/pbs/schema/datastore.ts';
import * as job from '../../src/services/pbs/schema/job.ts';
import * as pbsTask from '../../src/services/pbs/schema/task.ts';
import * as pihole from '../../src/services/pihole/schema/index.ts';
import * as prometheus from '../../src/services/prometheus/schema/index.ts';
import * as cluster from '../../src/services/proxmox/schema/cluster.ts';
import { data } from '../../src/services/proxmox/schema/envelope.ts';
import * as guest from '../../src/services/proxmox/schema/guest.ts';
import {
  AgentInterfaces,
  ContainerInterfaces,
} from '../../src/services/proxmox/schema/interfaces.ts';
import * as node from '../../src/services/proxmox/schema/node.ts';
import { Resources } from '../../src/services/proxmox/schema/resources.ts';
import * as task from '../../src/services/proxmox/schema/task.ts';
import * as semaphore from '../../src/services/semaphore/schema/index.ts';

type Schemas = Readonly<Record<string, z.ZodType>>;

/** The same schemas under the whole name of their endpoint. */
const under = (base: string, schemas: Schemas): Schemas =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name.includes(' ') ? name.replace(' ', ` ${base}`) : `GET ${base}${name}`,
      schema,
    ]),
  );
const list = (row: z.ZodType): z.ZodType => data(z.array(row));

const proxmox = under('/api2/json', {
  '/version': data(cluster.Version),
  '/access/permissions': data(cluster.Permissions),
  '/cluster/resources': Resources,
  '/cluster/status': data(cluster.ClusterStatus),
  '/cluster/ha/status/current': data(cluster.HaStatus),
  '/cluster/backup': data(cluster.BackupJobs),
  '/cluster/backup-info/not-backed-up': data(cluster.NotBackedUp),
  '/cluster/tasks': list(task.Task),
  '/nodes/{node}/status': data(node.NodeStatus),
  '/nodes/{node}/disks/list': list(node.Disk),
  '/nodes/{node}/disks/zfs': list(node.Pool),
  '/nodes/{node}/apt/update': list(node.Update),
  '/nodes/{node}/replication': list(node.Replication),
  '/nodes/{node}/certificates/info': data(node.ServedCertificate),
  '/nodes/{node}/tasks': list(task.Task),
  '/nodes/{node}/tasks/{upid}/status': data(task.TaskExit),
  '/nodes/{node}/tasks/{upid}/log': task.TaskLog,
  ...(Object.fromEntries(
    ['qemu', 'lxc'].flatMap((type) => [
      [`/nodes/{node}/${type}/{vmid}/status/current`, data(guest.GuestStatus)],
      [`/nodes/{node}/${type}/{vmid}/config`, data(guest.GuestConfig)],
      [`/nodes/{node}/${type}/{vmid}/snapshot`, data(guest.Snapshots)],
    ]),
  ) as Schemas),
  '/nodes/{node}/lxc/{vmid}/interfaces': data(ContainerInterfaces),
  '/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces': data(AgentInterfaces),
  ...(Object.fromEntries(
    ['qemu', 'lxc'].flatMap((type) =>
      ['start', 'stop', 'shutdown', 'reboot'].map((verb) => [
        `POST /nodes/{node}/${type}/{vmid}/status/${verb}`,
        data(z.string()),
      ]),
    ),
  ) as Schemas),
});

const pbs = under('/api2/json', {
  '/version': data(access.Version),
  '/access/permissions': data(access.Permissions),
  '/status/datastore-usage': list(store.Usage),
  '/admin/datastore': list(store.Datastore),
  '/admin/gc': list(job.GcJob),
  '/admin/verify': list(job.VerifyJob),
  '/admin/prune': list(job.PruneJob),
  '/admin/sync': list(job.SyncJob),
  '/admin/datastore/{store}/status': data(store.Sizes),
  '/admin/datastore/{store}/namespace': data(store.Namespaces),
  '/admin/datastore/{store}/groups': list(backup.Group),
  '/admin/datastore/{store}/snapshots': list(backup.Snapshot),
  '/nodes/localhost/tasks': list(pbsTask.Task),
  '/nodes/localhost/tasks/{upid}/log': pbsTask.TaskLog,
});

const piholes = under('/api', {
  '/auth/sessions': pihole.Sessions,
  '/config/dns': pihole.Dns,
  '/config/dns/hosts': pihole.DetailedHosts,
  '/config/dns/cnameRecords': pihole.DetailedCnames,
  '/config/misc/readOnly': pihole.ReadOnly,
  '/config/webserver/api/app_sudo': pihole.AppSudo,
  '/dns/blocking': pihole.Blocking,
  '/info/ftl': pihole.Ftl,
  '/info/login': pihole.Login,
  '/info/messages': pihole.Messages,
  '/info/version': pihole.Version,
  '/network/interfaces': pihole.Interfaces,
  '/queries': pihole.Queries,
  '/search/{domain}': pihole.Search,
  '/stats/summary': pihole.Summary,
});

const prometheuses = under('/api/v1', {
  '/query': prometheus.QueryResult,
  'POST /query': prometheus.QueryResult,
  '/query_range': prometheus.QueryResult,
  'POST /query_range': prometheus.QueryResult,
  '/label/{name}/values': prometheus.MetricNames,
  '/alerts': prometheus.Alerts,
  '/rules': prometheus.Rules,
  '/targets': prometheus.Targets,
  '/alertmanagers': prometheus.Alertmanagers,
  '/status/buildinfo': prometheus.BuildInfo,
  '/status/runtimeinfo': prometheus.RuntimeInfo,
});

const graylog = under('/api', {
  '/cluster': nodes.Nodes,
  '/cluster/inputstates': nodes.Inputs,
  '/cluster/{nodeId}/journal': nodes.Journal,
  '/streams': Streams,
  '/system': nodes.System,
  '/system/cluster/stats': indexer.DataNodes,
  '/system/cluster/traffic': indexer.Traffic,
  '/system/indexer/cluster/health': indexer.IndexCluster,
  '/system/indexer/failures': indexer.Failures,
  '/system/indexer/failures/count': indexer.FailureCount,
  '/system/indices/index_sets': indexer.IndexSets,
  '/system/notifications': account.Notifications,
  '/system/sessions': account.Whoami,
  '/users/{userId}/tokens': account.Tokens,
  '/users/{username}': account.Account,
  '/views/fields': search.FieldNames,
  'POST /cluster/metrics/multiple': nodes.Rates,
  'POST /search/aggregate': search.Sources,
  'POST /search/validate': search.Validation,
  'POST /views/search/sync': search.SearchJob,
});

const { listOf } = semaphore;
const semaphores = under('/api', {
  '/info': semaphore.Info,
  '/user': semaphore.User,
  '/projects': listOf(semaphore.Project),
  ...under('/project/{project_id}', {
    '/role': semaphore.Role,
    '/templates/{template_id}/tasks': listOf(semaphore.Task),
    '/templates/{template_id}': semaphore.Template,
    '/tasks/last': listOf(semaphore.Task),
    '/tasks/{task_id}/output': listOf(semaphore.OutputLine),
    '/tasks/{task_id}': semaphore.Task,
    '/tasks': listOf(semaphore.Task),
    '/events/last': listOf(semaphore.Event),
    '/templates': listOf(semaphore.Template),
    '/inventory': listOf(semaphore.Inventory),
    '/inventory/{inventory_id}': semaphore.Inventory,
    '/environment': listOf(semaphore.Environment),
    '/environment/{environment_id}': semaphore.Environment,
    '/schedules': listOf(semaphore.Schedule),
    'POST /tasks': semaphore.Task,
  }),
});

const workflows = under('/api/v1', {
  '/workflows': n8n.pageOf(n8n.Workflow),
  '/executions': n8n.pageOf(n8n.Execution),
  '/executions/{id}': n8n.Failure,
  '/discover': n8n.Discovered,
});

const netboxes = under('/api', {
  '/status/': netbox.Status,
  '/dcim/devices/': netbox.pageOf(netbox.Device),
  '/virtualization/virtual-machines/': netbox.pageOf(netbox.Machine),
  '/ipam/ip-addresses/': netbox.pageOf(netbox.Address),
  '/ipam/ip-ranges/': netbox.pageOf(netbox.Range),
  '/ipam/prefixes/': netbox.pageOf(netbox.Prefix),
  '/ipam/vlans/': netbox.pageOf(netbox.Vlan),
  '/ipam/vrfs/': netbox.pageOf(netbox.Vrf),
  '/dcim/sites/': netbox.pageOf(netbox.Site),
});

/** What Lares reads of each endpoint's answer, by upstream. */
export const schemas: Readonly<Record<string, Schemas>> = {
  proxmox,
  pbs,
  pihole: piholes,
  prometheus: prometheuses,
  alertmanager: under('/api/v2', {
    '/status': prometheus.AlertmanagerStatus,
    '/alerts': prometheus.SentAlerts,
    '/silences': prometheus.Silences,
  }),
  graylog,
  'semaphore-2.9.64': semaphores,
  'semaphore-2.18.2': semaphores,
  caddy: under('', { '/config/': caddy.Config, '/reverse_proxy/upstreams': caddy.Upstreams }),
  netbox: netboxes,
  'n8n-1.123.81': workflows,
  'n8n-2.41.1': workflows,
};
