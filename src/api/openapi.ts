import type { SwaggerTransform } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

/** RFC 9457, as every error of this server is. */
const PROBLEM = {
  description: 'A problem: what is wrong, with which field, and what to do (RFC 9457)',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          problems: {
            type: 'array',
            items: { type: 'object', properties: { field: { type: 'string' }, message: { type: 'string' } } },
          },
        },
      },
    },
  },
} as const;

/** `GET /api/gates/:id` → `getGatesById`: a name for generated clients that stays as long as the address does. */
export function operationIdOf(method: string, url: string): string {
  const words = url
    .replace(/^\/(api\/)?/, '')
    .split('/')
    .map((part) => (/^[:{]/.test(part) ? `by-${part.replaceAll(/[:{}]/g, '')}` : part))
    .join('-')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

/** What each route's schemas become in `/api/openapi.json`. */
export const describeRoute: SwaggerTransform = (route) => {
  const described: ReturnType<SwaggerTransform> = jsonSchemaTransform(route);
  // A route may have no schema at all, whatever the types say.
  const schema: FastifySchema & { hide?: boolean } = { ...described.schema };
  if (schema.hide) return described;
  const method = [route.route.method].flat()[0] ?? 'get';
  const response = { ...Object(schema.response ?? { 200: { description: 'Done' } }), default: PROBLEM };
  return { schema: { ...schema, operationId: operationIdOf(method, described.url), response }, url: described.url };
};
