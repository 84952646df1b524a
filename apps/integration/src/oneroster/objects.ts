import { POST_ROLES, type RefType } from './resources.js';

/** A reference to another object (GUIDRef). */
export interface Ref {
  href: string;
  sourcedId: string;
  type: RefType;
}

type Fields = Record<string, unknown>;

/** A row as a source's columns answer it. */
export interface Row extends Fields {
  id: string;
  status: string;
  changed: Date;
}

/** Somebody's place in an org, from when to when (exclusive). */
export interface Place {
  orgId: string;
  beginDate: string | null;
  endDate: string | null;
}

/** What the roles of users are made from. */
export interface Standing {
  places: Place[];
  posts: (keyof typeof POST_ROLES)[];
  /** The org that the class is of. */
  classOrgId?: string;
}

export const ROSTERING = '/ims/oneroster/rostering/v1p2';
export const GRADEBOOK = '/ims/oneroster/gradebook/v1p2';

const PATHS: Record<RefType, string> = {
  academicSession: `${ROSTERING}/academicSessions`,
  category: `${GRADEBOOK}/categories`,
  class: `${ROSTERING}/classes`,
  course: `${ROSTERING}/courses`,
  lineItem: `${GRADEBOOK}/lineItems`,
  org: `${ROSTERING}/orgs`,
  scoreScale: `${GRADEBOOK}/scoreScales`,
  user: `${ROSTERING}/users`,
};

/** Makes objects of OneRoster 1.2 from rows; addresses begin with `origin`. */
export class Objects {
  constructor(private readonly origin: string) {}

  academicSession({ parent, ...row }: Row): Fields {
    return this.object(row, { ...row, parent: this.ref('academicSession', parent) });
  }

  org({ parent, kind, ...row }: Row): Fields {
    return this.object(row, {
      ...row,
      parent: this.ref('org', parent),
      ...(kind !== 'school' && { metadata: { kind } }),
    });
  }

  course({ org, ...row }: Row): Fields {
    return this.object(row, { ...row, org: this.ref('org', org) });
  }

  class({ course, school, term, ...row }: Row): Fields {
    return this.object(row, {
      ...row,
      course: this.ref('course', course),
      school: this.ref('org', school),
      terms: [this.ref('academicSession', term)].filter((ref) => ref !== undefined),
    });
  }

  enrollment({ user, class: ofClass, school, ...row }: Row): Fields {
    return this.object(row, {
      user: this.ref('user', user),
      class: this.ref('class', ofClass),
      school: this.ref('org', school),
      ...row,
      ...(row.role === 'teacher' && { primary: 'true' }),
    });
  }

  user(
    { active, kind, number, name, grade, ...row }: Row,
    { places, posts, classOrgId }: Standing,
    schoolId: string,
  ): Fields {
    const roles =
      kind === 'student' ? ['student'] : posts.length > 0 ? posts.map((post) => POST_ROLES[post]) : ['ext:staff'];
    const everywhere = places.length > 0 ? places : [{ orgId: schoolId, beginDate: null, endDate: null }];
    const orgs = new Set<string>();
    return this.object(row, {
      enabledUser: String(active),
      ...row,
      userIds: [{ type: kind === 'student' ? '学号' : '工号', identifier: number }],
      identifier: number,
      ...(grade !== null && { grades: [grade] }),
      primaryOrg: this.ref('org', classOrgId ?? everywhere[0]!.orgId),
      roles: everywhere.flatMap(({ orgId, beginDate, endDate }) =>
        roles.map((role) => {
          const roleType = orgs.has(orgId) ? 'secondary' : 'primary';
          orgs.add(orgId);
          return present({ roleType, role, org: this.ref('org', orgId), beginDate, endDate });
        }),
      ),
      metadata: { fullName: name },
    });
  }

  demographics(row: Row): Fields {
    return this.object(row, row);
  }

  category(row: Row): Fields {
    return this.object(row, row);
  }

  scoreScale({ course, class: ofClass, ...row }: Row): Fields {
    return this.object(row, { ...row, course: this.ref('course', course), class: this.ref('class', ofClass) });
  }

  lineItem({ class: ofClass, school, category, academicSession, scoreScale, ...row }: Row): Fields {
    return this.object(row, {
      ...row,
      class: this.ref('class', ofClass),
      school: this.ref('org', school),
      category: this.ref('category', category),
      academicSession: this.ref('academicSession', academicSession),
      scoreScale: this.ref('scoreScale', scoreScale),
    });
  }

  /** `comment` is opened already. */
  result({ key: _key, lineItem, student, class: ofClass, scoreScale, ...row }: Row): Fields {
    return this.object(row, {
      lineItem: this.ref('lineItem', lineItem),
      student: this.ref('user', student),
      class: this.ref('class', ofClass),
      scoreScale: this.ref('scoreScale', scoreScale),
      ...row,
    });
  }

  private object({ id, status, changed }: Pick<Row, 'id' | 'status' | 'changed'>, rest: Fields): Fields {
    const { id: _id, status: _status, changed: _changed, ...own } = rest;
    return present({ sourcedId: id, status, dateLastModified: changed.toISOString(), ...own });
  }

  private ref(type: RefType, id: unknown): Ref | undefined {
    if (typeof id !== 'string') return undefined;
    return { href: `${this.origin}${PATHS[type]}/${id}`, sourcedId: id, type };
  }
}

/** What there is none of is left out: OneRoster knows no null. */
function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
