export { ByDto } from './by.dto.js';
export { type CodePage, codePage, codePageHtml, type CodeShown, foundHtml } from './code-page.js';
export { createAdapter } from './adapter.js';
export { AppUsage, USAGE_RIGHTS, USAGE_TABLE } from './app-usage.js';
export { PersonRefDto } from './person-ref.dto.js';
export {
  AnswerLanguage,
  BodyExample,
  BodyLimit,
  Created,
  IdParam,
  IdPipe,
  IfMatch,
  MayNotFind,
  OF_SERVICE,
  RequireIdempotencyKey,
  Returns,
  Summary,
} from './decorators.js';
export { Deprecated, type Deprecation } from './deprecated.js';
export { answerErrorsAs, type Language } from './problem-answer.js';
export { Readiness, type ReadinessCheck } from './health.js';
export { configureHttp, HttpModule, servePages } from './http.module.js';
export { deleteOldIdempotencyKeys } from './idempotency.js';
export { createLogger, errorForLog, NestLogger } from './logging.js';
export { parseJsonBody } from './json-body.js';
export { holdOpen } from './load-limit.js';
export { languageAsked } from './docs.js';
export { pageHtml } from './docs-pages.js';
export { escapeHtml } from './markdown.js';
export { httpMigrations } from './migrations.js';
export { ApiDocument, buildOpenApi, hostedServices } from './openapi.js';
export {
  AnyOf,
  anyOf,
  ApiPage,
  keyset,
  type Keyset,
  list,
  type ListOptions,
  ListQuery,
  type Page,
  PageQuery,
  Sort,
  toPage,
  UpdatedSince,
} from './pages.js';
export { RateLimit } from './rate-limit.js';
export { JSON_TYPE, Raw, RawBody, type RawContent } from './raw-body.js';
export { rowByRow, RowResultDto } from './row-by-row.js';
export { Throttle } from './throttle.js';
export { toProblem } from './to-problem.js';
export { WORK_PAGE } from './work-page.js';
export { uploadedFile, type UploadedFile } from './uploads.js';
export { defineSchemas } from './openapi-schemas.js';
