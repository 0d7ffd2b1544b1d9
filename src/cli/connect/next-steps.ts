import { invocation } from '../../core/base/own-command.ts';
import type { Client, RemoteServer } from './client.ts';
import type { ConnectOptions } from './options.ts';

/** What is left to do, in the order of doing it. */
export function nextSteps(
  client: Client,
  remote: RemoteServer | undefined,
  { envFile, project }: ConnectOptions,
): string[] {
  const steps: string[] = [];
  if (remote?.tokenVariable !== undefined)
    steps.push(
      `Where Lares runs: ${invocation(process.argv[1], process.cwd())} token add ${client.id} --scope read`,
      `Where ${client.title} runs: put that token into ${client.tokenHome ?? 'its environment'} as ${remote.tokenVariable}`,
    );
  if (remote === undefined && envFile === undefined)
    steps.push(
      'No --env FILE was given: Lares sees only the variables that this client has itself.',
    );
  if (project) steps.push('The paths in it are those of this machine.');
  return [...steps, client.afterwards];
}
