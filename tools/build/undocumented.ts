// Stands for @nestjs/swagger in the bundle: `npm run docs` has written what its decorators say.
const none = () => (): void => undefined;

export {
  none as ApiBody,
  none as ApiConsumes,
  none as ApiCreatedResponse,
  none as ApiExcludeController,
  none as ApiExcludeEndpoint,
  none as ApiHeader,
  none as ApiNoContentResponse,
  none as ApiOkResponse,
  none as ApiOperation,
  none as ApiParam,
  none as ApiProduces,
  none as ApiQuery,
  none as ApiResponse,
  none as ApiSecurity,
  none as ApiTags,
};
