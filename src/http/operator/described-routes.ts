import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const field = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  enum: z.array(scalar).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
  default: scalar.optional().catch(undefined),
  description: z.string().default(''),
});

const body = z.object({
  properties: z.record(z.string(), field).optional(),
  required: z.array(z.string()).default([]),
});

const content = z.record(z.string(), z.object({ schema: body.optional() })).default({});

const operation = z.object({
  summary: z.string(),
  description: z.string().default(''),
  tags: z.array(z.string()).default([]),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().default(''),
        schema: field.default({ description: '' }),
      }),
    )
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content })),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
});

const openApi = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
});

/** A parameter of a route, or a field of its body. `type` is for people, such as `integer 1 to 500`. */
export type DescribedField = {
  readonly name: string;
  /** `query`, `path`, `header` or `body`. */
  readonly place: string;
  readonly isRequired: boolean;
  readonly type: string;
  readonly meaning: string;
};

/** A route as a reader needs it. */
export type DescribedRoute = {
  readonly method: string;
  readonly path: string;
  readonly callers: string;
  readonly summary: string;
  readonly description: string;
  readonly fields: readonly DescribedField[];
  /** The media types of the request's body. */
  readonly bodyTypes: readonly string[];
  readonly responses: readonly {
    readonly status: string;
    readonly meaning: string;
    readonly types: readonly string[];
  }[];
};

/** The routes of one topic. */
export type DescribedTopic = {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly DescribedRoute[];
};

const callerNames: Readonly<Record<string, string>> = {
  browser: 'browser',
  apiKey: 'API key',
  passwordSession: 'password session',
  tempToken: 'temp token',
  introspector: 'introspection token',
  operator: 'operator',
};

/** Returns the topics of an OpenAPI description with their routes, in its order. Throws if it is not one of ours. */
export function describeTopics(description: unknown): DescribedTopic[] {
  const { paths, tags } = openApi.parse(description);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ path, method, described })),
  );
  const untagged = operations.find(
    ({ described }) => !tags.some(({ name }) => described.tags.includes(name)),
  );
  if (untagged) throw new Error(`${untagged.path} has no topic in openapi-tags.ts`);
  return tags.map(({ name, description: lead }) => ({
    name,
    description: lead,
    routes: operations
      .filter(({ described }) => described.tags.includes(name))
      .map(({ path, method, described }) => toRoute(path, method, described)),
  }));
}

type Operation = z.infer<typeof operation>;

function toRoute(path: string, method: string, described: Operation): DescribedRoute {
  const { summary, description, parameters, requestBody, responses, security } = described;
  const fields = parameters.map(({ name, in: place, required, description: meaning, schema }) => ({
    ...{ name, place, isRequired: required, type: typeOf(schema) },
    meaning,
  }));
  return {
    method: method.toUpperCase(),
    path,
    callers: callersOf(security),
    summary,
    description,
    fields: [...fields, ...(requestBody ? bodyFields(requestBody.content) : [])],
    bodyTypes: Object.keys(requestBody?.content ?? {}),
    responses: Object.entries(responses).map(([status, response]) => ({
      ...{ status, meaning: response.description },
      types: Object.keys(response.content),
    })),
  };
}

function callersOf(security: Operation['security']): string {
  const names = security.flatMap(Object.keys).map(name => callerNames[name] ?? name);
  return names.length === 0 ? 'anyone' : [...new Set(names)].join(', ');
}

/** The fields of a JSON body or a form. */
function bodyFields(types: z.infer<typeof content>): DescribedField[] {
  const { schema } = types['application/json'] ?? Object.values(types)[0] ?? {};
  return Object.entries(schema?.properties ?? {}).map(([name, described]) => ({
    name,
    place: 'body',
    isRequired: schema?.required.includes(name) ?? false,
    type: typeOf(described),
    meaning: described.description,
  }));
}

/** A type in few words: its name, format, values and limits. */
function typeOf({
  type,
  format,
  enum: values,
  minimum,
  maximum,
  maxLength,
  default: preset,
}: z.infer<typeof field>): string {
  if (values !== undefined) return values.join(', ');
  const words = [
    Array.isArray(type) ? type.join(' or ') : type,
    format && `(${format})`,
    (minimum ?? maximum) !== undefined && `${minimum ?? ''} to ${maximum ?? ''}`,
    maxLength !== undefined && `up to ${maxLength} characters`,
    preset !== undefined && `default ${preset}`,
  ];
  return words.filter(word => typeof word === 'string' && word !== '').join(' ');
}
