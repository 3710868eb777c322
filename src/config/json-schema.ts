import { z } from 'zod';
import { fileSchema } from './schema.ts';

/** The part of JSON Schema that the generator writes and we read back. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** For editors: config/mailroom.schema.json is exactly this. */
export function jsonSchema(): JsonSchema {
  return toJsonSchema(fileSchema, 'Configuration of Mailroom');
}

export function toJsonSchema(schema: z.ZodType, title?: string): JsonSchema {
  const generated = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return { ...generated, ...(title === undefined ? {} : { title }) } as JsonSchema;
}

/** All schemas that may apply at the path (a union has several). */
export function schemasAt(schema: JsonSchema, path: readonly (string | number)[]): JsonSchema[] {
  const [key, ...rest] = path;
  const options = alternatives(schema);
  if (key === undefined) return options;
  return options.flatMap((option) => {
    const further = typeof option.additionalProperties === 'object' ? option.additionalProperties : undefined;
    const next = typeof key === 'number' ? option.items : (option.properties?.[key] ?? further);
    return next === undefined ? [] : schemasAt(next, rest);
  });
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  if (schema.anyOf === undefined) return [schema];
  // The union keeps the title and examples, its members the shape.
  return schema.anyOf.flatMap(alternatives).map((member) => ({
    ...member,
    title: schema.title ?? member.title,
    examples: schema.examples ?? member.examples,
  }));
}
