import type { CallOptions, RawBody } from './request.js';

/** What openapi-typescript says of an operation; the errors are Problem, so only what succeeds is there. */
interface OperationType {
  parameters: { query?: unknown; path?: unknown; header?: unknown };
  requestBody?: unknown;
  responses: object;
}

type Values<T> = T[keyof T];
type HeaderOf<O extends OperationType> = Exclude<O['parameters']['header'], undefined>;
type Has<O extends OperationType, Name extends string, Yes> = Name extends keyof HeaderOf<O> ? Yes : unknown;

type Body<Content> = Values<{
  [Type in keyof Content]: Type extends 'application/json'
    ? Content[Type]
    : Type extends 'multipart/form-data'
      ? FormData | { file: Blob }
      : Exclude<RawBody, FormData>;
}>;
type BodyPart<O extends OperationType> = O extends { requestBody: { content: infer Content } }
  ? { body: Body<Content> }
  : O extends { requestBody?: { content: infer Content } }
    ? { body?: Body<Content> }
    : unknown;

/** The arguments of a call: `path`, `query` and `body` of the operation, and what is said in headers. */
export type Arguments<O extends OperationType> = Pick<O['parameters'], 'query' | 'path'> &
  BodyPart<O> &
  Has<O, 'If-Match', { ifMatch: number | string }> &
  Has<O, 'Access-Reason', { reason: string }> &
  Pick<CallOptions, 'contentType' | 'signal'> &
  Has<O, 'Idempotency-Key', Pick<CallOptions, 'key'>>;

/** What a call answers: JSON as it is typed, nothing, or the Response of a file. */
export type Result<O extends OperationType> = Values<{
  [Status in keyof O['responses']]: O['responses'][Status] extends { content: infer Content }
    ? Content extends { 'application/json': infer Json }
      ? Json
      : Response
    : undefined;
}>;

/** Rows of a list. */
type RowOf<Answer> = Answer extends { data: (infer Row)[]; nextCursor: string | null } ? Row : never;
type Optional<A> = object extends A ? [argument?: A] : [argument: A];

interface Each<A, Row> {
  /** Row by row, one page after the other. */
  each(...argument: Optional<A>): AsyncGenerator<Row, void, undefined>;
  /** One page as a table. */
  (
    argument: A & { accept: 'text/csv' | 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
  ): Promise<Response>;
}
interface Known<A, Answer> {
  /** Undefined: what the caller has still holds. */
  (argument: A & { ifNoneMatch: number | string }): Promise<Answer | undefined>;
}

/** A call of an operation. Throws Problem when the answer is no, NoAnswer when there is none. */
export type Method<O extends OperationType> = Has<O, 'If-None-Match', Known<Arguments<O>, Result<O>>> &
  ([RowOf<Result<O>>] extends [never] ? unknown : Each<Arguments<O>, RowOf<Result<O>>>) &
  (Result<O> extends Response ? (argument: Arguments<O> & { accept?: string }) => Promise<Response> : unknown) &
  ((...argument: Optional<Arguments<O>>) => Promise<Result<O>>);
