import { mediaType, type ClientOptions } from '../../core/http/index.ts';

/** What Semaphore meant by a refusal, and what to do about it; most of its refusals have no body. */
export const describeError: NonNullable<ClientOptions['describeError']> = ({
  status,
  method,
  target,
  text,
}) => {
  const message = /"error"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  const reason = message ? { reason: message } : {};
  const [, project, task] = /^\/project\/(\d+)(?:\/tasks\/(\d+))?/.exec(target) ?? [];
  if (status === 401)
    return {
      ...reason,
      hint: 'The token was refused. Make a new one in Semaphore under API tokens (user menu; before 2.14: POST /api/user/tokens) and put it into SEMAPHORE_TOKEN.',
    };
  if (status === 403 && method === 'POST')
    return {
      ...reason,
      hint: `The token's user may not run tasks in project ${project}. Give it the role Task Runner there (project, Team), or send it as a manager: PUT /api/project/${project}/users/<user id> {"role":"task_runner"}.`,
    };
  if (status === 400 && task)
    return {
      reason: message ?? `no task ${task} in this project`,
      hint: `semaphore_list_tasks {"project":"${project}"} shows its tasks.`,
    };
  if ((status === 404 || status === 403) && project)
    return {
      ...reason,
      hint: "No such thing there, or the token's user is not in the team of this project (project, Team: role Guest is enough to read).",
    };
  return message ? reason : undefined;
};

/** Paths it does not have and faults of its own are plain text; who may not in is told without a word. */
export const isOwnRefusal: NonNullable<ClientOptions['isOwnRefusal']> = (answer) =>
  ![401, 403].includes(answer.status) && mediaType(answer) === 'text/plain';
