import { type Permission, PERMISSIONS, type Role, ROLE_PERMISSIONS, type ServiceName } from '#contracts';
import type { Caller, IdempotencyHook } from '#database';
import type { Scope } from '#roster';

const SCHOOL: Scope = { school: true, unitIds: [] };
const NOBODY: Scope = { school: false, unitIds: [] };

/** An appointment as far as it gives rights. */
export interface Post {
  kind: Role;
  unitId: string;
  unitKind: string;
}

/** A sign-in, as the token of a person tells of it. */
export interface SignedIn {
  acr: string | undefined;
  /** Seconds since the epoch; undefined where nobody said when. */
  at: number | undefined;
}

/** Who asks: an app alone, or an app that acts for a person. The explicit first argument of each use case. */
export class Actor implements Caller {
  /** The Idempotency-Key of the request, consumed by the first transaction. */
  once?: IdempotencyHook | undefined;
  /** Why class 4 data is read, and whether the audit has it; on routes that ask for it. */
  access?: { reason: string; audited: boolean };

  private constructor(
    /** OAuth2 client id, or `system:<service>`. */
    readonly app: string,
    readonly personId: string | undefined,
    readonly requestId: string,
    /** What the app's token allows; of that a person has what their posts give. */
    readonly granted: ReadonlySet<Permission>,
    /** Whether the person is a student, who has rights over their own matters. */
    private readonly student = false,
    /** Posts of the person; an app alone has none. */
    private readonly posts: readonly Post[] = [],
    /** How the person has signed in; nobody has where a service acts for them. */
    readonly signedIn?: SignedIn,
  ) {}

  /** An app by itself (client credentials): what its token says, over the whole school. */
  static app(app: string, permissions: Iterable<Permission>, requestId = 'none'): Actor {
    return new Actor(app, undefined, requestId, asSet(permissions));
  }

  /** A handler or a schedule of a service: nobody's rights to check, everything allowed. */
  static system(service: ServiceName, requestId = 'none'): Actor {
    return Actor.app(`system:${service}`, Object.keys(PERMISSIONS) as Permission[], requestId);
  }

  /**
   * An app acting for a person: what the person's posts (and being a student) give, cut down to what the app was allowed.
   * Each permission keeps its own scope: the units of the posts that give it, and the person for a student's own matters.
   */
  static person(
    app: string,
    person: { id: string; student: boolean; posts: readonly Post[] },
    allowed: Iterable<Permission>,
    requestId = 'none',
    signedIn?: SignedIn,
  ): Actor {
    return new Actor(app, person.id, requestId, asSet(allowed), person.student, person.posts, signedIn);
  }

  /** A token may allow some hundred permissions, of which a request asks for a few: each is worked out when it is asked for. */
  can(permission: Permission): boolean {
    if (!this.granted.has(permission)) return false;
    return this.personId === undefined || this.hasOwn(permission) || this.posts.some((post) => gives(post, permission));
  }

  /** Whom the permission reaches; applied in SQL. Without the permission: nobody. */
  scopeOf(permission: Permission): Scope {
    if (!this.can(permission)) return NOBODY;
    if (this.personId === undefined) return SCHOOL;
    const reach = reachOf(this.posts.filter((post) => gives(post, permission)));
    return this.hasOwn(permission) ? { ...reach, personId: this.personId } : reach;
  }

  /**
   * Whom the permission reaches, by kind of the posts that give it: for matters that are not everybody's who has the permission. An
   * app alone has no post, and a student's own matters are not in it.
   */
  scopesByPost(permission: Permission): Map<Role, Scope> {
    const giving = this.can(permission) ? this.posts.filter((post) => gives(post, permission)) : [];
    return new Map(giving.map(({ kind }) => [kind, reachOf(giving.filter((post) => post.kind === kind))]));
  }

  /** Whether the person has it as a student, over their own matters. */
  private hasOwn(permission: Permission): boolean {
    return this.student && BY_ROLE.get('student')!.has(permission);
  }
}

const BY_ROLE = new Map(
  Object.entries(ROLE_PERMISSIONS).map(([role, permissions]) => [role as Role, new Set(permissions)]),
);

function gives(post: Post, permission: Permission): boolean {
  return BY_ROLE.get(post.kind)?.has(permission) ?? false;
}

/** A token's permissions come as a set, which is the same for all its requests. */
function asSet(permissions: Iterable<Permission>): ReadonlySet<Permission> {
  return permissions instanceof Set ? (permissions as Set<Permission>) : new Set(permissions);
}

function reachOf(posts: readonly Post[]): Scope {
  return {
    school: posts.some((post) => post.unitKind === 'school'),
    unitIds: [...new Set(posts.map((post) => post.unitId))],
  };
}
