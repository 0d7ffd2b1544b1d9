import type { Occasion } from '../../core/inventory.ts';
import type { Completable } from '../suggestions.ts';

/** What a plan is about, as a client asks for it. */
export interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
  /** What it is completed from. */
  completes: Completable;
}

/** A plan that a person asks for by name. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  arguments: readonly PromptArgument[];
  /** Which steps of the services belong to it. */
  occasion: Occasion;
  /** What the plan is for, in one sentence. */
  goal: string;
  /** What the answer shall hold. */
  report: readonly string[];
  /** What Lares itself wrote in the last day belongs to its facts. */
  withWrites?: true;
  /** For a plan that changes something: its last step where no service offers the change. */
  unchanged?: string;
}

const guest = {
  name: 'guest',
  description: 'Number or name of a VM or container',
  required: true,
  completes: 'guest',
} as const;

/** Every plan there is, in the order clients list them. */
export const prompts: readonly Prompt[] = [
  {
    name: 'morning_check',
    title: 'Morning check',
    description: 'What happened in the night, and what needs somebody today.',
    arguments: [],
    occasion: 'morning',
    goal: 'Say in at most ten lines what happened in the night and what needs somebody today.',
    report: [
      'The verdict, in one line.',
      'What needs somebody today, the worst first: what, since when, and the next thing to do.',
      'What happened and is over.',
      'What could not be checked.',
    ],
  },
  {
    name: 'triage_finding',
    title: 'Triage of one finding',
    description: 'Why one finding is there, how bad it is, and what to do.',
    arguments: [
      {
        name: 'finding',
        description: 'Its id, as service_health shows it',
        required: true,
        completes: 'finding',
      },
    ],
    occasion: 'changes',
    goal: 'Find the cause of one finding, say how bad it is, and propose one thing to do. Change nothing.',
    report: [
      'The cause, and the line of an answer that shows it; "not known" where nothing shows it.',
      'Who or what is affected, and whether it gets worse.',
      'The one thing to do next, and the call that does it: leave the call to the person.',
    ],
  },
  {
    name: 'safe_restart',
    title: 'Safe restart of a guest',
    description: 'Restart one guest after looking at what hangs on it, and see that it came back.',
    arguments: [guest],
    occasion: 'restart',
    unchanged:
      'Writes are off here: report what speaks for and against a restart, and that a person has to do it.',
    goal: 'Restart one guest without surprising anybody. Stop at the first step that speaks against it, and say why.',
    report: [
      'Before: what will be away, the age of the last good backup, and the preview. Wait for the person.',
      'Afterwards: the state that was observed, not the word of the task.',
      'New errors, or that there are none in what was looked at.',
    ],
  },
  {
    name: 'backup_audit',
    title: 'Audit of the backups',
    description: 'Which guests could be restored today, and which could not.',
    arguments: [],
    occasion: 'backups',
    goal: 'Say which guests could be restored today, to which day, and which could not.',
    report: [
      'Guests without any good backup, first.',
      'Guests whose backup is overdue or failed its verification, with the age of the last good one.',
      'Datastores that will be full, or are not verified or cleaned up.',
      'What could not be seen: a guest that the credentials do not show is not a guest without need.',
    ],
  },
  {
    name: 'dns_trouble',
    title: 'DNS trouble with a name',
    description: 'Why a name does not resolve, or resolves to the wrong thing.',
    arguments: [
      {
        name: 'name',
        description: 'DNS name, or the address it should have',
        required: true,
        completes: 'name',
      },
    ],
    occasion: 'dns',
    goal: 'Find out why this name does not resolve, resolves differently on two resolvers, or leads to something that does not answer.',
    report: [
      'What each resolver answers, for A and AAAA, and what is configured.',
      'Where the chain breaks: record, resolver, proxy, or the machine itself.',
      'The record to add or remove, as a call: leave it to the person.',
    ],
  },
  {
    name: 'what_changed',
    title: 'What changed since yesterday',
    description: 'Restarts, runs, records, findings and writes of the last day.',
    arguments: [],
    occasion: 'changes',
    withWrites: true,
    goal: 'List what changed in this homelab in the last 24 hours, by whom or what, newest first.',
    report: [
      'A list by time: when, what, by whom or what.',
      'Which changes belong together, and which of them fit a finding.',
      'What does not record changes, so that it cannot be said.',
    ],
  },
  {
    name: 'capacity_review',
    title: 'Weekly review of capacity',
    description: 'What fills up, and when.',
    arguments: [],
    occasion: 'capacity',
    goal: 'Say what will run out of space or memory, when, and what to do about the first of it.',
    report: [
      'A table: what, how full now, when full at this rate, how that is known.',
      'What has room to spare.',
      'One proposal, for what is full first.',
      'What is not measured.',
    ],
  },
];
