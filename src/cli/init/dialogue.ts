import { addService } from './add-service.ts';
import type { Desk } from './desk.ts';
import { presentIn } from './place.ts';
import type { Choice } from './prompts.ts';
import type { Candidate } from './look.ts';
import type { Suggestion } from './suggestions.ts';

/** What the command line named already. */
export interface Start {
  candidate?: Candidate | undefined;
  address?: string | undefined;
}

/** Asks which services there are and adds one after the other, then what they named. Rejects with Stopped; what was done is kept. */
export async function dialogue(desk: Desk, { candidate, address }: Start): Promise<void> {
  const { prompts } = desk;
  if (candidate) await addService(desk, candidate, address);
  else
    for (const chosen of await prompts.chooseSeveral(
      'Which of these do you run? (space marks, Enter goes on)',
      desk.candidates.map((known) => choiceOf(desk, known)),
    ))
      await addService(desk, chosen);
  for (;;) {
    const next = await prompts.choose<(() => Promise<void>) | undefined>('Anything else?', [
      { value: undefined, label: 'No, that is all' },
      ...offers(desk),
      { value: () => addAnother(desk), label: 'Another service' },
    ]);
    if (!next) return;
    await next();
  }
}

/** What services named and is not there yet. It is asked for nothing before it was chosen. */
function offers(desk: Desk): Choice<() => Promise<void>>[] {
  const { suggestions, file } = desk;
  return suggestions
    .filter(
      ({ candidate: { service } }) =>
        // Of a pair the other half may be among them.
        service.instances === 'together' || presentIn(file, service).length === 0,
    )
    .slice(0, maxOffers)
    .map((suggestion) => ({
      value: () => follow(desk, suggestion),
      label: `${suggestion.candidate.service.title} at ${suggestion.address}`,
      hint: suggestion.because,
    }));
}
const maxOffers = 8;

/** Each is offered once: what came of it, the person knows. */
async function follow(desk: Desk, suggestion: Suggestion): Promise<void> {
  desk.suggestions.splice(desk.suggestions.indexOf(suggestion), 1);
  await addService(desk, suggestion.candidate, suggestion.address);
}

async function addAnother(desk: Desk): Promise<void> {
  const candidate = await desk.prompts.choose(
    'Which one?',
    desk.candidates.map((known) => choiceOf(desk, known)),
  );
  await addService(desk, candidate);
}

function choiceOf({ file }: Desk, candidate: Candidate): Choice<Candidate> {
  const { service } = candidate;
  const present = presentIn(file, service);
  const isBegun = file.blocks.some((block) => block.unfinished && block.service === service.id);
  const there = present.map(({ instance, url }) => url ?? instance).join(', ');
  return {
    value: candidate,
    label: service.title,
    hint: there ? `there: ${there}` : isBegun ? 'begun, its credential is missing' : undefined,
  };
}
