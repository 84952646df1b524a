import { SCIM_SOURCE } from '#contracts';
import { raw, sql, type Sql } from '#database';
import { holdsOn } from '#roster';
import { familyNameOf, givenNameOf } from '../oneroster/names.js';
import type { Asked } from './conditions.js';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** What is listed: rows, their columns, and what can be asked of them. Texts in `columns` are as the answer shows them. */
export interface Source extends Asked {
  from: Sql;
  where: Sql;
  key: Sql;
  columns: Sql;
}

/** Units that are groups: those that staff belong to. */
export const GROUP_KINDS = raw(`('school', 'college', 'academy', 'department')`);

/** Who has an account: all who are active, and whom SCIM keeps. Who left the roster is not there (RFC 7644, 3.6). */
const HAS_ACCOUNT = sql`(p.active OR l.person_id IS NOT NULL)`;
const STAFF = sql`directory.published_staff_v1 p
  LEFT JOIN directory.published_staff_source_v1 l ON l.person_id = p.id AND l.source = ${SCIM_SOURCE}`;
const PLACED = sql`directory.published_own_membership_v1 m
  JOIN directory.published_unit_v1 u ON u.id = m.unit_id AND u.kind IN ${GROUP_KINDS} AND u.active`;

const placedOn = (today: string): Sql => sql`NOT m.deleted AND ${holdsOn(sql`m`, today)}`;
/** To the millisecond, as it is shown. */
const shown = (instant: Sql): Sql => sql`date_trunc('milliseconds', ${instant})`;

export function users(today: string): Source {
  const mine = sql`m.person_id = p.id AND ${placedOn(today)}`;
  const main = (what: Sql): Sql =>
    sql`(SELECT ${what} FROM ${PLACED} WHERE ${mine} ORDER BY m.secondary, m.valid_from, m.id LIMIT 1)`;
  const changed = shown(
    sql`greatest(p.updated_at, (SELECT max(m.updated_at) FROM directory.published_own_membership_v1 m WHERE m.person_id = p.id))`,
  );
  const [family, given] = [familyNameOf(sql`p.name`), givenNameOf(sql`p.name`)];
  return {
    from: STAFF,
    where: HAS_ACCOUNT,
    key: sql`p.id`,
    attributes: {
      id: { sql: sql`p.id`, kind: 'id' },
      externalid: { sql: sql`l.external_id`, kind: 'exact' },
      username: { sql: sql`p.number`, kind: 'text' },
      displayname: { sql: sql`p.name`, kind: 'text' },
      'name.formatted': { sql: sql`p.name`, kind: 'text' },
      'name.familyname': { sql: family, kind: 'text' },
      'name.givenname': { sql: given, kind: 'text' },
      active: { sql: sql`p.active`, kind: 'boolean' },
      'meta.created': { sql: shown(sql`p.created_at`), kind: 'instant' },
      'meta.lastmodified': { sql: changed, kind: 'instant' },
      'enterprise.department': { sql: main(sql`u.name`), kind: 'text' },
    },
    elements: {
      groups: {
        from: PLACED,
        where: mine,
        fields: { value: { sql: sql`u.id`, kind: 'id' }, display: { sql: sql`u.name`, kind: 'text' } },
      },
    },
    columns: sql`p.id, p.number, p.name, p.active, p.version, l.external_id AS "externalId", ${family} AS "familyName", ${given} AS "givenName",
      ${main(sql`u.name`)} AS department, ${main(sql`u.id`)} AS "unitId", ${shown(sql`p.created_at`)} AS created, ${changed} AS changed,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('value', u.id, 'display', u.name) ORDER BY u.name, u.id), '[]') FROM ${PLACED} WHERE ${mine}) AS groups`,
  };
}

export interface UserRow {
  id: string;
  number: string;
  name: string;
  active: boolean;
  version: number;
  externalId: string | null;
  familyName: string | null;
  givenName: string | null;
  department: string | null;
  unitId: string | null;
  created: Date;
  changed: Date;
  groups: { value: string; display: string }[];
}

export function groups(today: string): Source {
  const members = sql`${STAFF} JOIN directory.published_own_membership_v1 m ON m.person_id = p.id`;
  const here = sql`m.unit_id = u.id AND ${placedOn(today)} AND ${HAS_ACCOUNT}`;
  return {
    from: sql`directory.published_unit_v1 u`,
    where: sql`u.kind IN ${GROUP_KINDS} AND u.active`,
    key: sql`u.id`,
    attributes: {
      id: { sql: sql`u.id`, kind: 'id' },
      displayname: { sql: sql`u.name`, kind: 'text' },
      'meta.lastmodified': { sql: shown(sql`u.updated_at`), kind: 'instant' },
    },
    elements: {
      members: {
        from: members,
        where: here,
        fields: { value: { sql: sql`p.id`, kind: 'id' }, display: { sql: sql`p.name`, kind: 'text' } },
      },
    },
    columns: sql`u.id, u.name, ${shown(sql`u.updated_at`)} AS changed,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('value', p.id, 'display', p.name) ORDER BY p.number), '[]') FROM ${members} WHERE ${here}) AS members`,
  };
}

export interface GroupRow {
  id: string;
  name: string;
  changed: Date;
  members: { value: string; display: string }[];
}
