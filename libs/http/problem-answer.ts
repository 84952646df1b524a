import type { FastifyReply, FastifyRequest } from 'fastify';
import { shownControls, type Problem, titleOf } from '#problems';

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

const MAX_POINTER = 2_000;

export type Language = 'zh' | 'en';

/** What errors look like below some paths, by how these begin: a standard's own, instead of problem+json. */
const FORMATS = new Map<string, { format: ErrorFormat; type: string }>();

/** Makes the JSON body of an error from what went wrong. */
export type ErrorFormat = (problem: Problem, language: Language) => object;

/** Below `prefix` everything that leaves with an error looks like this: also what guards, limits and the router say. */
export function answerErrorsAs(prefix: string, format: ErrorFormat, type = 'application/json'): void {
  FORMATS.set(prefix, { format, type });
}

/** The language of an answer, by Accept-Language (RFC 9110); Chinese unless English is preferred. */
export function languageOf(header: string | undefined): Language {
  let best: { language: Language; q: number } = { language: 'zh', q: 0 };
  for (const part of (header ?? '').split(',')) {
    const [tag = '', ...params] = part.split(';');
    const language = tag.trim().slice(0, 2).toLowerCase();
    const q = Number(
      params
        .find((param) => param.trim().startsWith('q='))
        ?.trim()
        .slice(2) ?? 1,
    );
    if ((language === 'zh' || language === 'en') && q > best.q) best = { language, q };
  }
  return best.language;
}

/** The body of RFC 9457. `origin`: public address of the API, for the resolvable `type`. */
export function problemBody(problem: Problem, language: Language, origin: string, path: string, traceId: string) {
  const { permission, scope, what } = problem.details;
  return {
    type: `${origin}/docs/problems#${problem.kind.code}`,
    title: titleOf(problem.kind)[language],
    status: problem.kind.status,
    detail: shownControls(problem.text[language]),
    instance: path,
    code: problem.kind.code,
    traceId,
    ...(permission && { permission }),
    ...(scope && { scope }),
    ...(what && { what }),
    ...(problem.errors.length > 0 && {
      errors: problem.errors.map(({ pointer, code, line, ...text }) => ({
        pointer: shownControls(pointer).slice(0, MAX_POINTER),
        detail: shownControls(text[language]),
        ...(code && { code }),
        ...(line !== undefined && { line }),
      })),
    }),
  };
}

/** Sends a problem as the answer, on a reply of Fastify. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem, origin: string): void {
  const language = languageOf(request.headers['accept-language']);
  const path = (request.raw.url ?? '/').split('?', 1)[0]!;
  const { retryAfter, headers = {} } = problem.details;
  reply
    .code(problem.kind.status)
    .headers(headers)
    .header('Content-Language', language)
    .header('Vary', [reply.getHeader('Vary'), 'Accept-Language'].filter(Boolean).join(', '));
  if (retryAfter !== undefined) reply.header('Retry-After', Math.max(1, Math.ceil(retryAfter)));
  if (problem.kind.status === 401 && !reply.hasHeader('WWW-Authenticate')) {
    reply.header('WWW-Authenticate', 'Bearer realm="yizhan"');
  }
  const own = [...FORMATS].find(([prefix]) => path.startsWith(prefix))?.[1];
  if (own) {
    reply.type(`${own.type}; charset=utf-8`).send(JSON.stringify(own.format(problem, language)));
    return;
  }
  reply.type(PROBLEM_JSON).send(JSON.stringify(problemBody(problem, language, origin, path, String(request.id))));
}
