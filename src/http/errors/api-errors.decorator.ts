import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { ErrorCode } from '../../errors/error-code.ts';
import { statusTable } from './status-table.ts';

/** Documents the errors of a route, each under its status. */
export function ApiErrors(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  const statuses = new Set(codes.map(code => statusTable[code]));
  const withStatus = (status: number): ErrorCode[] => codes.filter(code => statusTable[code] === status);
  return applyDecorators(
    ...[...statuses].map(status =>
      ApiResponse({
        status,
        description: withStatus(status).join(', '),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Error' },
            examples: Object.fromEntries(withStatus(status).map(code => [code, exampleOf(code)])),
          },
        },
      }),
    ),
  );
}

/** `describeRoutes` has an example of each code. */
function exampleOf(code: ErrorCode): { $ref: string } {
  return { $ref: `#/components/examples/${code}` };
}
