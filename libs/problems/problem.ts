import type { Bilingual, Permission } from '#contracts';

/**
 * What is wrong with one part of a request.
 * `pointer`: JSON pointer fragment of the body (`#/rows/0/phone`), `?limit` for a query parameter, `:id` for a path
 * parameter, or the name of a header (`Idempotency-Key`).
 */
export interface FieldError extends Bilingual {
  pointer: string;
  code?: string;
  /** Line of an uploaded file, from 1, beside the pointer of the row. */
  line?: number;
}

/** A kind of problem (RFC 9457). `zh` and `en` may contain `{param}` placeholders. */
export interface ProblemKind extends Bilingual {
  /** `<service>/<what-is-wrong>`; never changes once published. */
  code: string;
  status: number;
}

export interface ProblemDetails {
  /** The part of the request that is wrong, when it is one part; see FieldError. */
  pointer?: string;
  /** Fills the placeholders of the text. Never personal data. */
  params?: Record<string, string | number>;
  errors?: FieldError[];
  /** Seconds; answered as `Retry-After`. */
  retryAfter?: number;
  /** 403: the permission that is missing; `school` when it must reach the whole school. */
  permission?: Permission;
  scope?: 'school';
  /** 404: what was not found: `route`, or the kind of resource, such as `warning`. */
  what?: string;
  /** Further response headers, e.g. `Allow`. */
  headers?: Record<string, string>;
}

/** An answer that is an error, with its text in both languages. Made by `defineProblem`. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    readonly details: ProblemDetails = {},
  ) {
    super(`${kind.code}: ${fill(kind.en, details.params)}`);
    this.name = 'Problem';
  }

  /** The text for this occurrence. */
  get text(): Bilingual {
    return { zh: fill(this.kind.zh, this.details.params), en: fill(this.kind.en, this.details.params) };
  }

  get errors(): FieldError[] {
    const { pointer, errors = [] } = this.details;
    return pointer === undefined ? errors : [{ pointer, ...this.text }, ...errors];
  }
}

export interface ProblemClass {
  new (details?: ProblemDetails): Problem;
  readonly kind: ProblemKind;
}

const catalogue = new Map<string, ProblemKind>();

/** Declares a kind of problem and answers the class to throw: `throw new HazardAlreadyClosed()`. */
export function defineProblem(kind: ProblemKind): ProblemClass {
  if (!/^[a-z0-9-]+\/[a-z0-9-]+$/.test(kind.code))
    throw new Error(`Problem code "${kind.code}" is not service/what-is-wrong`);
  if (catalogue.has(kind.code)) throw new Error(`Problem ${kind.code} is declared twice`);
  catalogue.set(kind.code, kind);
  return class extends Problem {
    static readonly kind = kind;
    constructor(details?: ProblemDetails) {
      super(kind, details);
    }
  };
}

/** Every declared kind, by code; the source of docs/problems.md. */
export function allProblems(): ProblemKind[] {
  return [...catalogue.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** Text of the kind itself, the same for every occurrence (RFC 9457 `title`). */
export function titleOf(kind: ProblemKind): Bilingual {
  return { zh: kind.zh.replace(/\{\w+\}/g, '…'), en: kind.en.replace(/\{\w+\}/g, '…') };
}

function fill(text: string, params: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
