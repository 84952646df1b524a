import { query, sql, type Tx } from '#database';

function fixed(kind: number, n: number): string {
  return `00000000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;
}

// Units and people of the small campus (directory's seed); services share ids, not code.
const [CS, FL, MINGDE, XINGJIAN] = [fixed(2, 1), fixed(2, 2), fixed(3, 1), fixed(3, 2)];
const ORGANIZATIONS: [n: number, kind: string, code: string, name: string, parent: number | null, units: string[]][] = [
  [1, 'party_committee', 'SQ', '学生社区党委', null, []],
  [2, 'general_branch', 'MD', '明德书院党总支', 1, [MINGDE]],
  [3, 'joint_branch', 'MD-01', '明德书院第一联合党支部', 2, [CS, MINGDE]],
  [4, 'general_branch', 'XJ', '行健书院党总支', 1, [XINGJIAN]],
  [5, 'joint_branch', 'XJ-01', '行健书院第一联合党支部', 4, [FL, XINGJIAN]],
];
const MEMBERS: [person: string, kind: string, branch: number][] = [
  [fixed(40, 1), 'full_member', 3],
  [fixed(40, 6), 'full_member', 3],
  [fixed(40, 8), 'probationary_member', 3],
  [fixed(40, 2), 'full_member', 5],
];

/** Party tree of the small campus: grid east is covered, west and vacant are not. A second time it changes nothing. */
export async function seed(tx: Tx): Promise<void> {
  for (const [n, kind, code, name, parent, units] of ORGANIZATIONS) {
    await query(
      tx,
      sql`INSERT INTO party_building.organization (id, kind, code, name, parent_id, unit_ids, founded_on)
          VALUES (${fixed(60, n)}, ${kind}, ${code}, ${name}, ${parent && fixed(60, parent)}, ${units}, '2021-03-01')
          ON CONFLICT DO NOTHING`,
    );
  }
  for (const [i, [person, kind, branch]] of MEMBERS.entries()) {
    await query(
      tx,
      sql`INSERT INTO party_building.member (id, organization_id, person_id, kind, joined_on, valid_from)
          VALUES (${fixed(61, i + 1)}, ${fixed(60, branch)}, ${person}, ${kind}, '2019-06-20', '2021-03-01')
          ON CONFLICT DO NOTHING`,
    );
  }
  await query(
    tx,
    sql`INSERT INTO party_building.grid_assignment (id, organization_id, grid_id, valid_from)
        VALUES (${fixed(62, 1)}, ${fixed(60, 3)}, ${fixed(7, 1)}, '2024-09-01') ON CONFLICT DO NOTHING`,
  );
}
