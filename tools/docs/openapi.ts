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
  description: z.string().optional(),
});

const body = z.object({
  properties: z.record(z.string(), field).optional(),
  required: z.array(z.string()).default([]),
});

const content = z.record(z.string(), z.object({ schema: body.optional() }));

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()).default([]),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().optional(),
        schema: field.default({}),
      }),
    )
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: content.optional() })),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
});

/** The part of OpenAPI that the reference shows. */
export const openApiDocument = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  tags: z.array(z.object({ name: z.string(), description: z.string().optional() })).default([]),
});

export type OpenApi = z.infer<typeof openApiDocument>;
export type Field = z.infer<typeof field>;
export type Operation = z.infer<typeof operation>;
