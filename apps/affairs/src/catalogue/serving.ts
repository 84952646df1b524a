import type { Actor } from '#auth';
import type { Bilingual } from '#contracts';
import type { Tx } from '#database';
import type { Policies } from '#policy';
import type { FieldError } from '#problems';
import type { EligibleStudent } from './eligibility.js';
import type { ItemContent } from './item-content.js';

/** Where a student begins, or goes on, with what an item is for: a request to the API. */
export interface Opening {
  /** What it is one of: compared with the item's `servedKind`. */
  kinds: readonly string[];
  /** What is open to this student now, e.g. a round; null: it always is. */
  id: string | null;
  title: Bilingual;
  /** Last day (YYYY-MM-DD); null: none is set. */
  until: string | null;
  method: 'GET' | 'POST';
  path: string;
  /** What the request begins with. */
  body: Record<string, string> | null;
}

/** The student who asks. */
export interface Served {
  actor: Actor;
  studentId: string;
  student: EligibleStudent;
  policies: Policies;
  today: string;
}

/** A feature that deals with items by itself, without applications. */
export interface Serving {
  /** The `servedAt` of its items. */
  path: string;
  /** What a student does there. */
  does: Bilingual;
  /** Every `servedKind` that there is; none: its items name none. */
  kinds(tx: Tx, policies: Policies, today: string): Promise<readonly string[]>;
  openings(tx: Tx, served: Served): Promise<Opening[]>;
}

type Where = Pick<ItemContent, 'servedAt' | 'servedKind'>;

/** The features that deal with items by themselves, by their paths. */
export class Servings {
  private readonly byPath: ReadonlyMap<string, Serving>;

  constructor(servings: readonly Serving[]) {
    this.byPath = new Map(servings.map((serving) => [serving.path, serving]));
  }

  at(path: string | undefined): Serving | undefined {
    return path === undefined ? undefined : this.byPath.get(path);
  }

  /** What is open to a student at the places of these items; each place is asked once. */
  async openings(tx: Tx, served: Served, items: readonly Where[]): Promise<(where: Where) => Opening[]> {
    const open = new Map<string, Opening[]>();
    for (const path of new Set(items.flatMap(({ servedAt }) => servedAt ?? [])))
      open.set(path, (await this.byPath.get(path)?.openings(tx, served)) ?? []);
    return ({ servedAt, servedKind }) =>
      (open.get(servedAt ?? '') ?? []).filter(({ kinds }) => servedKind === undefined || kinds.includes(servedKind));
  }

  /** Does the place exist that an item names? */
  async findings(tx: Tx, { servedAt, servedKind }: Where, policies: Policies, today: string): Promise<FieldError[]> {
    if (servedAt === undefined) return [];
    const serving = this.byPath.get(servedAt);
    if (!serving) {
      const paths = [...this.byPath.keys()].join('、');
      return [
        {
          pointer: '#/servedAt',
          zh: `没有这一办理入口；有：${paths}`,
          en: `is no place to serve it; there are: ${paths}`,
        },
      ];
    }
    const kinds = await serving.kinds(tx, policies, today);
    if (servedKind === undefined ? kinds.length === 0 : kinds.includes(servedKind)) return [];
    const known = kinds.slice(0, 50).join('、');
    return [
      kinds.length === 0
        ? { pointer: '#/servedKind', zh: '该入口不分种类', en: 'the place has no kinds' }
        : {
            pointer: '#/servedKind',
            zh: `须为该入口的种类之一：${known}`,
            en: `must be a kind of the place: ${known}`,
          },
    ];
  }
}
