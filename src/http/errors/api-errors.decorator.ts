import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { ErrorCode } from '../../errors/error-code.ts';
import { statusTable } from './status-table.ts';

/** Documents the errors of a route, each under its status. */
export function ApiErrors(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  const statuses = new Set(codes.map(code => statusTable[code]));
  return applyDecorators(
    ...[...statuses].map(status =>
      ApiResponse({
        status,
        description: codes.filter(code => statusTable[code] === status).join(', '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      }),
    ),
  );
}
