import type { Bilingual } from '#contracts';

interface Reference {
  file: string;
  line: number;
  column: string;
}

/**
 * The users of a set by number, while its files are read. roles.csv and demographics.csv are read before users.csv, so
 * that a user's row is complete when it is written; a user somebody refers to is therefore known before it is defined.
 */
export class Users {
  private readonly numbers = new Map<string, number>();
  private readonly firstReference: (Reference | undefined)[] = [];
  /** Any role; a role of a student; a role of a student or of staff. */
  private readonly roles: { any: boolean; student: boolean; ours: boolean }[] = [];
  private readonly demographics: ({ sex: string | null; birthDate: string } | undefined)[] = [];

  /** The number of a user; `reference` says where one that turns out to be missing was named first. */
  numberOf(sourcedId: string, reference: Reference): number {
    const known = this.numbers.get(sourcedId);
    return known ?? this.add(sourcedId, reference);
  }

  define(sourcedId: string): number {
    return this.numbers.get(sourcedId) ?? this.add(sourcedId, undefined);
  }

  addRole(n: number, student: boolean, ours: boolean): void {
    const before = this.roles[n] ?? { any: true, student: false, ours: false };
    this.roles[n] = { any: true, student: before.student || student, ours: before.ours || ours };
  }

  setDemographics(n: number, sex: string | null, birthDate: string): void {
    this.demographics[n] = { sex, birthDate };
  }

  rolesOf(n: number): { any: boolean; student: boolean; ours: boolean } {
    return this.roles[n] ?? { any: false, student: false, ours: false };
  }

  demographicsOf(n: number): { sex: string | null; birthDate: string } | undefined {
    return this.demographics[n];
  }

  /** After the last file: users that were named but are not among `rows`, the sourcedIds of users.csv. */
  reportMissing(rows: ReadonlyMap<string, number>, report: (reference: Reference, text: Bilingual) => void): void {
    for (const [sourcedId, n] of this.numbers) {
      const reference = this.firstReference[n];
      if (reference && !rows.has(sourcedId))
        report(reference, { zh: 'users.csv 中没有该用户', en: 'is not in users.csv' });
    }
  }

  private add(sourcedId: string, reference: Reference | undefined): number {
    const n = this.numbers.size;
    this.numbers.set(sourcedId, n);
    this.firstReference[n] = reference;
    return n;
  }
}
