import { ownCommand } from '../base/own-command.ts';
import { lines } from '../base/table.ts';
import { jsonLine } from '../base/text.ts';
import type { Ending } from './plan.ts';
import type { Outcome, Undo } from './plan.ts';

/** What an outcome says to a person; `text` is what the tool itself says about its result. */
export function outcomeText(outcome: Outcome, text: string): string {
  if (outcome.outcome === 'already') return `Nothing to do: ${outcome.already}`;
  const warnings = (outcome.warnings ?? []).map((warning) => `Note: ${warning}`);
  if (outcome.outcome === 'preview' || outcome.outcome === 'waiting')
    return lines(`Will ${outcome.summary}. ${outcome.next}`, ...warnings, undoText(outcome.undo));
  return lines(
    `${headings[outcome.outcome]}: ${outcome.summary}.`,
    text,
    outcome.outcome === 'unknown' &&
      `It may have been done: look at ${outcome.target} before trying again.`,
    ...warnings,
    outcome.outcome === 'failed' ? undefined : undoText(outcome.undo),
  );
}

const headings: Readonly<Record<Ending, string>> = {
  done: 'Done',
  unfinished: 'Not finished',
  failed: 'Failed',
  unknown: 'Outcome unknown',
};

function undoText(undo: Undo): string {
  if ('none' in undo) return `Undo: none, ${undo.none}`;
  return `Undo: ${undo.tool} ${jsonLine(undo.arguments)}`;
}

/** How to carry out what a preview shows; `codeMs` is how long its code is good. */
export function confirmText(code: string | undefined, codeMs: number): string {
  if (code === undefined) return 'Pass confirm=true to execute.';
  return `Pass confirm="${code}" to execute, once, within ${Math.round(codeMs / 60_000)} min.`;
}

/** What a person types, where else they can say yes, and what the caller does then. `page` is the URL of the approval page, in front of the code. */
export function approvalText(code: string, page: string | undefined): string {
  const browser = page ? `, or ${page}${code} in a browser` : '';
  return `A person has to approve this: \`${ownCommand(`approve ${code}`)}\` in a terminal${browser}. Then call again with the same arguments and confirm="${code}" to carry it out and collect the result.`;
}
