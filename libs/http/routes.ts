import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** What the router knows, to tell "no such address" from "not with this method". */
@Injectable()
export class Routes {
  private readonly known: { segments: string[]; methods: string[] }[] = [];

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method }) => {
      this.known.push({ segments: url.split('/'), methods: [method].flat() });
    });
  }

  /**
   * Methods of an address, for `Allow` (RFC 9110); empty when there is no such address. An address that stands there letter by letter
   * (`/leaves/precheck`) is not one of `/leaves/:id` too.
   */
  methodsOf(path: string): string[] {
    const asked = path.split('/');
    const fitting = this.known.filter(({ segments }) => matches(segments, asked));
    const literal = fitting.filter(({ segments }) => segments.join('/') === path);
    const methods = (literal.length > 0 ? literal : fitting).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  }
}

function matches(segments: string[], asked: string[]): boolean {
  if (segments.at(-1) === '*') return segments.slice(0, -1).every((segment, i) => segment === asked[i]);
  return (
    segments.length === asked.length &&
    segments.every((segment, i) => segment === asked[i] || (segment.startsWith(':') && asked[i] !== ''))
  );
}
