import type { Runtime, ConfiguredService } from '../../core/runtime.ts';
import type { Occasion, Step } from '../../core/inventory.ts';
import type { Json, JsonObject } from '../../core/base/json.ts';
import { activeServices } from '../read-tool.ts';
import type { Subject } from './subject.ts';

/** A step with the subject of the plan in its arguments. */
export interface PlannedStep {
  configured: ConfiguredService;
  step: Step;
  args: JsonObject;
  line: string;
}

const phases = ['before', 'change', 'after'] as const;

/** What each configured service adds, in the order of the phases; nothing that is not offered here. */
export async function stepsFor(
  runtime: Runtime,
  occasion: Occasion,
  subject: Subject,
): Promise<PlannedStep[]> {
  const each = await Promise.all(
    activeServices(runtime).map(async (configured): Promise<PlannedStep[]> => {
      const { steps, tools } = await configured.service.load();
      return (steps?.[occasion] ?? [])
        .filter(
          ({ tool }) =>
            configured.level !== 'off' || tools.find(({ name }) => name === tool)?.kind === 'read',
        )
        .map((step) => ({
          configured,
          step,
          args: argumentsFor(step, configured, subject),
          line: step.look,
        }));
    }),
  );
  return each
    .flat()
    .sort(
      (a, b) => phases.indexOf(a.step.phase ?? 'before') - phases.indexOf(b.step.phase ?? 'before'),
    );
}

/** The arguments of a step about this subject: on the instance the guest is on, where the step is about the guest and its own service does it. */
function argumentsFor(
  { arguments: template = {} }: Step,
  configured: ConfiguredService,
  subject: Subject,
): JsonObject {
  const args = filled(template, subject);
  const { instance } = subject;
  const isAboutGuest = JSON.stringify(template).includes('{guest}');
  return instance !== undefined && subject.configured === configured && isAboutGuest
    ? { ...args, instance }
    : args;
}

/** Puts the words of the subject where the template names them. */
function filled(args: JsonObject, { words }: Subject): JsonObject {
  const fill = (value: Json | undefined): Json | undefined =>
    typeof value === 'string'
      ? value.replace(
          /\{(guest|guestName|name)\}/g,
          (_, word: keyof typeof words) => words[word] ?? '',
        )
      : value;
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, fill(value)]));
}
