import type { Actor } from '#auth';
import type { Bilingual, Permission, ServiceName } from '#contracts';
import type { Sql } from '#database';
import type { CampusClock } from '#time';
import type { MediaType } from './content.js';

const MB = 1_048_576;
/** The most that any purpose may take; the web server in front lets it through. */
const MOST_MB = 50;

/** What files are handed in for, in one service. Declared by the feature that they are attached to. */
export interface FilePurpose extends Bilingual {
  service: ServiceName;
  /** Stable: rows are stored under it. */
  name: string;
  types: readonly MediaType[];
  maxBytes: number;
  /** Of one subject. */
  maxFiles: number;
  /** Who has one of these may hand files in; none: the service makes them itself (`Files.put`). */
  upload: readonly Permission[];
  /** Who has one of these may ask for them; `readable` says which. */
  read: readonly [Permission, ...Permission[]];
  /** SQL predicate: may the actor read the subject whose id is in the column `subjectId` now? */
  readable(actor: Actor, subjectId: Sql, clock: CampusClock): Sql;
  /** SQL: the student whom a subject is about, by the column with its id. Files that are attached to it are sealed with the student's key. */
  studentOf?(subjectId: Sql): Sql;
}

const declared: FilePurpose[] = [];

/** Declares a purpose; the service then has the routes `/<service>/v1/files`, and needs the table of `createFileTable`. */
export function filePurpose({ maxMb, ...options }: Omit<FilePurpose, 'maxBytes'> & { maxMb: number }): FilePurpose {
  const { service, name } = options;
  if (declared.some((other) => other.service === service && other.name === name))
    throw new Error(`The purpose ${name} of files of ${service} is declared twice`);
  if (maxMb > MOST_MB) throw new Error(`Files for ${service} ${name} may have at most ${MOST_MB} MB`);
  const purpose = { ...options, maxBytes: maxMb * MB };
  declared.push(purpose);
  return purpose;
}

/** What files of a service are for. */
export function purposesOf(service: ServiceName): FilePurpose[] {
  return declared.filter((purpose) => purpose.service === service);
}
