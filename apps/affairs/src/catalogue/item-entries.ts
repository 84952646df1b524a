import { instanceToPlain } from 'class-transformer';
import type { Actor } from '#auth';
import { type FieldError, Invalid } from '#problems';
import type { ItemContent } from './item-content.js';
import type { ItemFileEntry } from './item-versions.dto.js';

/** Who wrote: the person, or the app where there is none. */
export function byOf({ personId, app }: Actor): string {
  return personId ?? app;
}

/** A content as it is stored: what the request's classes add is gone. */
export function plain(content: object): ItemContent {
  return JSON.parse(JSON.stringify(instanceToPlain(content))) as ItemContent;
}

/** An item of a file, its code apart. */
export function entryOf(entry: ItemFileEntry): { code: string; content: ItemContent } {
  const { code, ...content } = plain(entry) as ItemFileEntry;
  return { code, content };
}

/** Throws Invalid (400) where something was found; `at` is where the content stands. */
export function refuse(errors: FieldError[], at = '#'): void {
  if (errors.length === 0) return;
  throw new Invalid({
    errors: errors.slice(0, 100).map((error) => ({ ...error, pointer: error.pointer.replace('#', at) })),
  });
}
