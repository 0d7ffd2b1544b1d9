import { confirm, isCancel, multiselect, password, select, text } from '@clack/prompts';
import { Stopped } from './stopped.ts';

export interface Choice<Value> {
  value: Value;
  label: string;
  hint?: string | undefined;
}

/** Questions to a person. Each rejects with Stopped where there is no answer. `check` says what is wrong with one, and must not quote it. */
export interface Prompts {
  text(
    question: string,
    initial: string,
    check: (text: string) => string | undefined,
  ): Promise<string>;
  /** What is typed does not show. */
  secret(question: string, check: (text: string) => string | undefined): Promise<string>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  choose<Value>(question: string, choices: readonly Choice<Value>[]): Promise<Value>;
  chooseSeveral<Value>(question: string, choices: readonly Choice<Value>[]): Promise<Value[]>;
  say(text: string): void;
}

/** The questions at the terminal of this process. */
export function terminalPrompts(signal: AbortSignal, say: (text: string) => void): Prompts {
  // A serial console does not tell its width, and nothing fits into none.
  process.stdout.columns ||= 80;
  return {
    text: async (question, initial, check) =>
      answered(
        await text({
          message: question,
          initialValue: initial,
          validate: (typed = '') => check(typed),
          signal,
        }),
      ),
    secret: async (question, check) =>
      answered(
        await password({
          message: question,
          // Not even how long it is.
          mask: '',
          clearOnError: true,
          validate: (typed = '') => check(typed),
          signal,
        }),
      ),
    confirm: async (question, initial) =>
      answered(await confirm({ message: question, initialValue: initial, signal })),
    choose: async (question, choices) => {
      const at = await select({ message: question, options: numbered(choices), signal });
      return chosen(choices, answered(at));
    },
    chooseSeveral: async (question, choices) => {
      const places = await multiselect({
        message: question,
        options: numbered(choices),
        required: false,
        signal,
      });
      return answered(places).map((at) => chosen(choices, at));
    },
    say,
  };
}

/** Choices by their place: values may be anything. */
const numbered = (choices: readonly Choice<unknown>[]) =>
  choices.map(({ label, hint }, value) => ({ value, label, ...(hint && { hint }) }));

function chosen<Value>(choices: readonly Choice<Value>[], at: number): Value {
  const choice = choices[at];
  if (!choice) throw new Stopped();
  return choice.value;
}

function answered<Value>(answer: Value): Exclude<Value, symbol> {
  if (isCancel(answer)) throw new Stopped();
  return answer as Exclude<Value, symbol>;
}
