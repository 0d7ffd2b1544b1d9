import type { Link, Ref, Thing } from '../../core/map.ts';
import { elsewhere, serverRef, workflowRef } from './refs.ts';
import type { Workflow } from './schema/index.ts';

/** What one n8n tells of the homelab. */
export interface Known {
  instance: string;
  /** There are several, so a title and a call must say which. */
  several: boolean;
  workflows: readonly Workflow[];
  /** How a workflow fares, where its runs were read. */
  stateOf?(workflow: Workflow): Thing['state'];
  /** Ids of workflows that are only known by their runs. */
  nameless?: readonly string[];
}

/** n8n itself and its workflows, each with the hosts that its requests go to. What is archived cannot run. */
export function thingsOf(known: Known): Thing[] {
  const { instance, several, workflows, nameless = [] } = known;
  const named = new Set(workflows.map(({ id }) => id));
  return [
    {
      ref: serverRef(instance),
      title: several ? `n8n ${instance}` : 'n8n',
      state: 'up',
      more: { tool: 'n8n_list_workflows', arguments: callOf(known) },
      links: [],
    },
    ...workflows
      .filter(({ archived }) => !archived)
      .map((workflow) => workflowThing(workflow, known)),
    ...[...new Set(nameless)]
      .filter((id) => !named.has(id))
      .map((id) => ({ ...thingOf(id, known), title: `workflow ${id}` })),
  ];
}

const callOf = ({ several, instance }: Known): { instance?: string } =>
  several ? { instance } : {};

const thingOf = (id: string, known: Known): Omit<Thing, 'title'> => ({
  ref: workflowRef(known.instance, id),
  more: { tool: 'n8n_list_executions', arguments: { workflow: id, ...callOf(known) } },
  links: [{ to: serverRef(known.instance), how: 'served by' }],
});

function workflowThing(workflow: Workflow, known: Known): Thing {
  const { id, name, active, triggers, hosts } = workflow;
  const thing = thingOf(id, known);
  const places = new Set<Ref>(hosts.flatMap((host) => elsewhere(host) ?? []));
  return {
    ...thing,
    title: name,
    state: known.stateOf?.(workflow),
    about: [`${active ? 'active' : 'inactive'} workflow`, triggers.join(' and ')]
      .filter(Boolean)
      .join(', '),
    links: [...thing.links, ...[...places].map((to): Link => ({ to, how: 'acts on' }))],
    ...(!active && { idle: true }),
  };
}
