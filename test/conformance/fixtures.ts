import {
  acceptedContent,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  type McpServer,
  ResourceTemplate,
  type CallToolResult,
  type ContentBlock,
  type InputRequests,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { LaresServer } from '../../src/mcp/lares-server.ts';
import type { McpServerFactory } from '../../src/mcp/server.ts';
import type { Runtime } from '../../src/core/runtime.ts';

type Handler = (
  args: any,
  context: ServerContext,
  server: McpServer,
) => Promise<CallToolResult | InputRequiredResult>;

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';
const text = (said: string): CallToolResult => ({ content: [{ type: 'text', text: said }] });
const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
const question = (name: string, type: 'string' | 'boolean' = 'string'): any => ({
  type: 'object',
  properties: { [name]: { type } },
  required: [name],
});
const ask = (message: string, name: string, type?: 'string' | 'boolean'): InputRequests[string] =>
  inputRequired.elicit({ message, requestedSchema: question(name, type) });
const sample = (said: string, maxTokens: number): InputRequests[string] =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: said } }],
    maxTokens,
  });
const nothing = z.strictObject({});
const codec = createRequestStateCodec<{ round: number }>({
  key: Buffer.alloc(32, 7),
  ttlSeconds: 300,
});

/** One question, one answer: asked until it came. */
const once =
  (
    name: string,
    request: () => InputRequests[string],
    said: (response: ReturnType<typeof inputResponse>, context: ServerContext) => string,
  ): Handler =>
  async (_, context) => {
    const response = inputResponse(context.mcpReq.inputResponses, name);
    return response.kind === 'missing'
      ? inputRequired({ inputRequests: { [name]: request() } })
      : text(said(response, context));
  };

const told = (response: ReturnType<typeof inputResponse>): string =>
  response.kind === 'elicit'
    ? `action=${response.action}, content=${JSON.stringify(response.content ?? {})}`
    : JSON.stringify(response);
const capabilities = ({ mcpReq }: ServerContext): Record<string, unknown> =>
  ((mcpReq.envelope as Record<string, unknown> | undefined)?.[
    'io.modelcontextprotocol/clientCapabilities'
  ] ?? {}) as Record<string, unknown>;
const rounds =
  (steps: ((context: ServerContext) => InputRequests)[]): Handler =>
  async (_, context) => {
    const { round } = context.mcpReq.requestState<{ round: number }>() ?? { round: 0 };
    const step = steps[context.mcpReq.inputResponses ? round : 0];
    return step
      ? inputRequired({
          inputRequests: step(context),
          requestState: await codec.mint(
            { round: (context.mcpReq.inputResponses ? round : 0) + 1 },
            context,
          ),
        })
      : text('state-ok');
  };

const defaults = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
  required: [],
};
const titled = (prefix: string, titles: readonly string[]): { const: string; title: string }[] =>
  titles.map((title, i) => ({ const: `${prefix}${i + 1}`, title }));
const options = ['option1', 'option2', 'option3'];
const enums = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: {
      type: 'string',
      oneOf: titled('value', ['First Option', 'Second Option', 'Third Option']),
    },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
    titledMulti: {
      type: 'array',
      items: { anyOf: titled('value', ['First Choice', 'Second Choice', 'Third Choice']) },
    },
  },
  required: [],
};
const vocabulary = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  // oxlint-disable-next-line no-thenable -- the keyword of JSON Schema
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line no-thenable -- a key of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};
const embedded = (uri: string, mimeType: string, content: string): ContentBlock => ({
  type: 'resource',
  resource: { uri, mimeType, text: content },
});

/** The tools, prompts and resources the suite asks for by name, on the server it is given. `changed` is told when the list of tools is another one. */
export const tools = (changed: () => void): Record<string, [schema: any, handler: Handler]> => ({
  test_simple_text: [nothing, async () => text('This is a simple text response for testing.')],
  test_image_content: [
    nothing,
    async () => ({ content: [{ type: 'image', data: png, mimeType: 'image/png' }] }),
  ],
  test_audio_content: [
    nothing,
    async () => ({ content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] }),
  ],
  test_embedded_resource: [
    nothing,
    async () => ({
      content: [
        embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
      ],
    }),
  ],
  test_multiple_content_types: [
    nothing,
    async () => ({
      content: [
        { type: 'text', text: 'Multiple content types test:' },
        { type: 'image', data: png, mimeType: 'image/png' },
        embedded(
          'test://mixed-content-resource',
          'application/json',
          '{"test":"data","value":123}',
        ),
      ],
    }),
  ],
  test_tool_with_logging: [
    nothing,
    async (_, { mcpReq }) => {
      for (const said of [
        'Tool execution started',
        'Tool processing data',
        'Tool execution completed',
      ])
        await mcpReq.log('info', said).then(pause);
      return text('logged');
    },
  ],
  test_logging_tool: [
    nothing,
    async (_, { mcpReq }) => mcpReq.log('info', 'said').then(() => text('logged')),
  ],
  test_error_handling: [
    nothing,
    async () => {
      throw new Error('This tool intentionally returns an error for testing');
    },
  ],
  test_tool_with_progress: [
    nothing,
    async (_, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined)
          await mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, progress, total: 100 },
          });
        await pause();
      }
      return text('done');
    },
  ],
  test_sampling: [
    z.strictObject({ prompt: z.string() }),
    async ({ prompt }, context, server) =>
      once(
        'answer',
        () => sample(prompt, 100),
        (response) => `LLM response: ${told(response)}`,
      )({}, context, server),
  ],
  test_elicitation: [
    z.strictObject({ message: z.string() }),
    async ({ message }, context, server) =>
      once(
        'answer',
        () =>
          inputRequired.elicit({
            message,
            requestedSchema: {
              type: 'object',
              properties: {
                username: { type: 'string', description: "User's response" },
                email: { type: 'string', description: "User's email address" },
              },
              required: ['username', 'email'],
            },
          }),
        (response) => `User response: ${told(response)}`,
      )({}, context, server),
  ],
  test_elicitation_sep1034_defaults: [
    nothing,
    once(
      'answer',
      () => inputRequired.elicit({ message: 'Defaults', requestedSchema: defaults as any }),
      (response) => `Elicitation completed: ${told(response)}`,
    ),
  ],
  test_elicitation_sep1330_enums: [
    nothing,
    once(
      'answer',
      () => inputRequired.elicit({ message: 'Choices', requestedSchema: enums as any }),
      (response) => `Elicitation completed: ${told(response)}`,
    ),
  ],
  test_streaming_elicitation: [nothing, once('answer', () => ask('Go on?', 'ok', 'boolean'), told)],
  json_schema_2020_12_tool: [fromJsonSchema(vocabulary as any), async () => text('valid')],
  test_reconnection: [
    nothing,
    async (_, { http }) => {
      http?.closeSSE?.();
      await pause();
      return text('reconnected');
    },
  ],
  test_missing_capability: [nothing, once('answer', () => sample('Hello', 10), told)],
  test_custom_header: [
    fromJsonSchema({
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
      required: ['region'],
      additionalProperties: false,
    } as any),
    async ({ region }) => text(region),
  ],
  test_trigger_tool_change: [
    nothing,
    async () => {
      changed();
      return text('changed');
    },
  ],
  test_input_required_result_elicitation: [
    nothing,
    async (_, { mcpReq }) => {
      const answer = acceptedContent(
        mcpReq.inputResponses,
        'user_name',
        z.object({ name: z.string() }),
      );
      return answer
        ? text(`Hello, ${answer.name}!`)
        : inputRequired({ inputRequests: { user_name: ask('What is your name?', 'name') } });
    },
  ],
  test_input_required_result_sampling: [
    nothing,
    once('capital_question', () => sample('What is the capital of France?', 100), told),
  ],
  test_input_required_result_list_roots: [
    nothing,
    once('client_roots', () => inputRequired.listRoots(), told),
  ],
  test_input_required_result_request_state: [
    nothing,
    rounds([() => ({ confirm: ask('Please confirm', 'ok', 'boolean') })]),
  ],
  test_input_required_result_tampered_state: [
    nothing,
    rounds([() => ({ confirm: ask('Please confirm', 'ok', 'boolean') })]),
  ],
  test_input_required_result_multiple_inputs: [
    nothing,
    rounds([
      () => ({
        user_name: ask('What is your name?', 'name'),
        greeting: sample('Generate a greeting', 50),
        client_roots: inputRequired.listRoots(),
      }),
    ]),
  ],
  test_input_required_result_multi_round: [
    nothing,
    rounds([
      () => ({ step1: ask('Step 1: What is your name?', 'name') }),
      () => ({ step2: ask('Step 2: What is your favorite color?', 'color') }),
    ]),
  ],
  test_input_required_result_capabilities: [
    nothing,
    async (_, context) => {
      const can = capabilities(context);
      return context.mcpReq.inputResponses
        ? text('answered')
        : inputRequired({
            inputRequests: {
              ...(can['sampling'] !== undefined && { greeting: sample('Generate a greeting', 50) }),
              ...(can['elicitation'] !== undefined && {
                user_name: ask('What is your name?', 'name'),
              }),
            },
          });
    },
  ],
});

function promptsAndResources(server: McpServer): void {
  const says = (...content: ContentBlock[]): any => ({
    messages: content.map((one) => ({ role: 'user', content: one })),
  });
  const plain = (said: string): ContentBlock => ({ type: 'text', text: said });
  server.registerPrompt('test_simple_prompt', { description: 'Says one thing' }, () =>
    says(plain('This is a simple prompt for testing.')),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'Repeats its arguments',
      argsSchema: z.object({
        arg1: z.string().describe('First'),
        arg2: z.string().describe('Second'),
      }),
    },
    ({ arg1, arg2 }) => says(plain(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    {
      description: 'Embeds a resource',
      argsSchema: z.object({ resourceUri: z.string().describe('Which') }),
    },
    ({ resourceUri }) =>
      says(
        embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        plain('Please process the embedded resource above.'),
      ),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'Shows an image' }, () =>
    says(
      { type: 'image', data: png, mimeType: 'image/png' },
      plain('Please analyze the image above.'),
    ),
  );
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Asks first' },
    async ({ mcpReq }: ServerContext) =>
      (mcpReq.inputResponses
        ? says(plain('With context.'))
        : inputRequired({
            inputRequests: { user_context: ask('What context should the prompt use?', 'context') },
          })) as any,
  );
  server.server.setRequestHandler('completion/complete', async () => ({
    completion: { values: ['paris', 'park', 'party'], total: 3, hasMore: false },
  }));
  server.registerResource(
    'static-text',
    'test://static-text',
    { mimeType: 'text/plain' },
    async (uri) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'text/plain',
          text: 'This is the content of the static text resource.',
        },
      ],
    }),
  );
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { mimeType: 'image/png' },
    async (uri) => ({ contents: [{ uri: uri.href, mimeType: 'image/png', blob: png }] }),
  );
  server.registerResource(
    'watched',
    'test://watched-resource',
    { mimeType: 'text/plain' },
    async (uri) => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'watched' }] }),
  );
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json' },
    async (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
  server.server.setRequestHandler('resources/subscribe', async () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', async () => ({}));
}

/** A server of fixtures alone, in the place of Lares' own: everything in front of it is what serves Lares. */
export const fixtureFront =
  (changed: () => void) =>
  (runtime: Runtime): McpServerFactory => ({
    runtime: runtime,
    create() {
      const server = new LaresServer(
        { name: 'conformance-fixtures', version: '1' },
        {
          capabilities: {
            tools: { listChanged: true },
            prompts: { listChanged: false },
            resources: { subscribe: true, listChanged: true },
            completions: {},
            logging: {},
          },
          requestState: { verify: codec.verify },
        },
      );
      for (const [name, [inputSchema, handler]] of Object.entries(tools(changed)))
        server.registerTool(
          name,
          { description: name, inputSchema },
          (args: unknown, context: ServerContext) => handler(args, context, server),
        );
      promptsAndResources(server);
      return server;
    },
    rebind: () => undefined,
  });
