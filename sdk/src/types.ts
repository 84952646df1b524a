import type { CallOptions, RawBody } from './request.js';

/** What openapi-typescript says of an operation; the errors are Problem, so only what succeeds is there. */
interface OperationType {
  parameters: { query?: unknown; path?: unknown; header?: unknown };
  requestBody?: unknown;
  responses: object;
}

type Values<T> = T[keyof T];
/** An operation without headers says `header?: never`. */
type HeaderOf<O extends OperationType> = [O['parameters']['header']] extends [undefined]
  ? object
  : NonNullable<O['parameters']['header']>;
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
  Has<O, 'Idempotency-Key', Pick<CallOptions, 'key'>> &
  ([Result<O>] extends [Response] ? Pick<CallOptions, 'accept'> : unknown) &
  Pick<CallOptions, 'contentType' | 'signal'>;

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

interface Rows<A, Row> {
  /** Row by row, one page after the other. */
  each(...argument: Optional<A>): AsyncGenerator<Row, void, undefined>;
  /** One page as a table for spreadsheets. */
  table(type: 'csv' | 'xlsx', ...argument: Optional<A>): Promise<Response>;
}
interface Versioned<A, Answer> {
  /** Undefined when the version that the caller has still holds. */
  ifChanged(version: number | string, ...argument: Optional<A>): Promise<Answer | undefined>;
}

/** A call of an operation. Throws Problem when the answer is no, NoAnswer when there is none. */
export type Method<O extends OperationType> = ((...argument: Optional<Arguments<O>>) => Promise<Result<O>>) &
  Has<O, 'If-None-Match', Versioned<Arguments<O>, Result<O>>> &
  ([RowOf<Result<O>>] extends [never] ? unknown : Rows<Arguments<O>, RowOf<Result<O>>>);
