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

/** Who asks: an app alone, or an app that acts for a person. The explicit first argument of each use case. */
export class Actor implements Caller {
  /** The Idempotency-Key of the request, consumed by the first transaction. */
  once?: IdempotencyHook | undefined;
  /** Why class 4 data is read, and whether the audit has it; on routes that ask for it. */
  access?: { reason: string; audited: boolean };
  readonly permissions: ReadonlySet<Permission>;

  private constructor(
    /** OAuth2 client id, or `system:<service>`. */
    readonly app: string,
    readonly personId: string | undefined,
    readonly requestId: string,
    private readonly scopes: ReadonlyMap<Permission, Scope>,
    /** What the app's token allows; of that a person has what their posts give. */
    readonly granted: ReadonlySet<Permission>,
    /** Posts of the person; an app alone has none. */
    private readonly posts: readonly Post[] = [],
  ) {
    this.permissions = new Set(scopes.keys());
  }

  /** An app by itself (client credentials): what its token says, over the whole school. */
  static app(app: string, permissions: Iterable<Permission>, requestId = 'none'): Actor {
    const granted = new Set(permissions);
    return new Actor(
      app,
      undefined,
      requestId,
      new Map([...granted].map((permission) => [permission, SCHOOL])),
      granted,
    );
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
  ): Actor {
    const [scopes, granted] = [new Map<Permission, Scope>(), new Set(allowed)];
    for (const permission of granted) {
      const giving = postsThatGive(permission, person.posts);
      const own = person.student && ROLE_PERMISSIONS.student.includes(permission);
      if (giving.length === 0 && !own) continue;
      scopes.set(permission, { ...reachOf(giving), ...(own ? { personId: person.id } : {}) });
    }
    return new Actor(app, person.id, requestId, scopes, granted, person.posts);
  }

  can(permission: Permission): boolean {
    return this.scopes.has(permission);
  }

  /** Whom the permission reaches; applied in SQL. Without the permission: nobody. */
  scopeOf(permission: Permission): Scope {
    return this.scopes.get(permission) ?? NOBODY;
  }

  /**
   * Whom the permission reaches, by kind of the posts that give it: for matters that are not everybody's who has the permission. An
   * app alone has no post, and a student's own matters are not in it.
   */
  scopesByPost(permission: Permission): Map<Role, Scope> {
    const giving = this.can(permission) ? postsThatGive(permission, this.posts) : [];
    return new Map(giving.map(({ kind }) => [kind, reachOf(giving.filter((post) => post.kind === kind))]));
  }
}

function postsThatGive(permission: Permission, posts: readonly Post[]): Post[] {
  return posts.filter((post) => ROLE_PERMISSIONS[post.kind].includes(permission));
}

function reachOf(posts: readonly Post[]): Scope {
  return {
    school: posts.some((post) => post.unitKind === 'school'),
    unitIds: [...new Set(posts.map((post) => post.unitId))],
  };
}
