import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { migrate } from '#database';
import { createApp, grantServiceRoles, migrationSets } from '#service';
import { TestIssuer } from '#testing';
import { services } from '../apps/campus/src/services.js';
import { bulkZip, type Tables } from '../tools/oneroster/bulk-zip.js';
import { atMost, median, type Result, type Servers, servers } from './kit.js';

const STUDENTS = 50_000;
const PER_CLASS = 30;
const COLLEGES = 25;
const RUNS = 3;
/** What an import writes. */
const TABLES = ['unit', 'unit_path', 'person', 'membership', 'membership_closure', 'source_link'];

/**
 * A roster of 50,000 students from the upload of the OneRoster ZIP to the job's end, against COPY of the very rows it wrote into
 * tables of the same shape: once with the same keys and indexes, once bare.
 */
export async function importRoster(): Promise<Result> {
  const own = await servers(services);
  const zip = await roster();
  try {
    const times: Record<'ours' | 'copy' | 'bare', number[]> = { ours: [], copy: [], bare: [] };
    let rows = 0;
    for (let run = 1; run <= RUNS; run++) {
      const url = await freshDatabase(own);
      times.ours.push(await importSeconds(own, url, zip));
      const peer = await copySeconds(url);
      times.copy.push(peer.indexed);
      times.bare.push(peer.bare);
      rows = peer.rows;
      process.stdout.write(
        `  run ${run} of ${RUNS}: import ${times.ours.at(-1)!.toFixed(1)} s, COPY ${peer.indexed.toFixed(1)} s, bare ${peer.bare.toFixed(1)} s\n`,
      );
    }
    const [ours, copy, bare] = [median(times.ours), median(times.copy), median(times.bare)];
    return {
      rows: [
        { id: 'roster of 50,000 students imported', value: ours, unit: 's' },
        { id: 'COPY of the same rows, same keys and indexes', value: copy, unit: 's' },
        { id: 'COPY of the same rows into bare tables', value: bare, unit: 's' },
        { id: 'rows written', value: rows, unit: 'rows' },
      ],
      ratios: [
        atMost('import / COPY into the same tables', ours, copy, 5),
        atMost('import / COPY into bare tables', ours, bare, 5),
      ],
    };
  } finally {
    await own.stop();
  }
}

/** `changed`: every hundredth student has another name than without it. */
export async function roster(changed = false): Promise<Buffer> {
  const classes = Array.from({ length: Math.ceil(STUDENTS / PER_CLASS) }, (_, i) => i);
  const students = Array.from({ length: STUDENTS }, (_, i) => i);
  const classOf = (student: number): number => Math.floor(student / PER_CLASS);
  const collegeOf = (student: number): number => classOf(student) % COLLEGES;
  const tables: Tables = {
    academicSessions: [
      {
        sourcedId: 'y',
        title: '2026-2027',
        type: 'schoolYear',
        startDate: '2026-09-01',
        endDate: '2027-08-31',
        schoolYear: 2027,
      },
      {
        sourcedId: 't',
        title: '2026-2027-1',
        type: 'term',
        startDate: '2026-09-01',
        endDate: '2027-01-20',
        parentSourcedId: 'y',
        schoolYear: 2027,
      },
    ],
    orgs: [
      { sourcedId: 's', name: 'Bench University', type: 'school', identifier: 'S' },
      ...Array.from({ length: COLLEGES }, (_, i) => ({
        sourcedId: `c${i}`,
        name: `College ${i}`,
        type: 'department',
        identifier: `C${i}`,
        parentSourcedId: 's',
        'metadata.kind': 'college',
      })),
    ],
    courses: [{ sourcedId: 'k', title: 'Homeroom', courseCode: 'HR', orgSourcedId: 's' }],
    classes: classes.map((i) => ({
      sourcedId: `h${i}`,
      title: `Class ${i}`,
      courseSourcedId: 'k',
      classCode: `H${i}`,
      classType: 'homeroom',
      schoolSourcedId: `c${i % COLLEGES}`,
      termSourcedIds: 't',
    })),
    users: students.map((i) => ({
      sourcedId: `u${i}`,
      enabledUser: 'true',
      userIds: `{number:${2024000000 + i}}`,
      givenName: changed && i % 100 === 0 ? `H${i}` : `G${i}`,
      familyName: 'F',
      identifier: 2024000000 + i,
      grades: '2024',
      primaryOrgSourcedId: `c${collegeOf(i)}`,
    })),
    roles: students.map((i) => ({
      sourcedId: `r${i}`,
      userSourcedId: `u${i}`,
      roleType: 'primary',
      role: 'student',
      beginDate: '2024-09-01',
      orgSourcedId: `c${collegeOf(i)}`,
    })),
    enrollments: students.map((i) => ({
      sourcedId: `e${i}`,
      classSourcedId: `h${classOf(i)}`,
      schoolSourcedId: `c${collegeOf(i)}`,
      userSourcedId: `u${i}`,
      role: 'student',
      primary: 'true',
      beginDate: '2024-09-01',
    })),
    demographics: students.map((i) => ({
      sourcedId: `u${i}`,
      birthDate: '2006-05-17',
      sex: i % 2 ? 'female' : 'male',
    })),
  };
  return bulkZip(tables, { name: 'Bench', code: 'bench' });
}

export async function freshDatabase(own: Servers): Promise<string> {
  const admin = new pg.Client({ connectionString: own.databaseUrl });
  await admin.connect();
  const name = `b_${randomUUID().replace(/-/g, '')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = new URL(own.databaseUrl);
  url.pathname = `/${name}`;
  await migrate(url.toString(), migrationSets(services));
  await grantServiceRoles(url.toString());
  return url.toString();
}

/** From the first byte of the upload to the job's end, over HTTP. */
export async function importSeconds(own: Servers, databaseUrl: string, zip: Buffer): Promise<number> {
  const issuer = await TestIssuer.create();
  const config = own.config({ databaseUrl, jwksUrl: issuer.jwksUrl, baseUrl: 'http://yizhan.bench' });
  const app = await createApp(services, config);
  await app.listen(0, '127.0.0.1');
  try {
    const origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    const token = await issuer.sign(config.issuer, {
      client_id: 'bench',
      sub: 'bench',
      scope: 'directory:import:write',
    });
    const headers = { authorization: `Bearer ${token}` };
    const form = new FormData();
    form.set('file', new Blob([zip]), 'roster.zip');
    const started = performance.now();
    const accepted = await fetch(`${origin}/directory/v1/imports/roster`, { method: 'POST', headers, body: form });
    if (accepted.status !== 202)
      throw new Error(`The import was not accepted: ${accepted.status} ${await accepted.text()}`);
    let job = (await accepted.json()) as { id: string; status: string };
    while (job.status === 'queued' || job.status === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 20));
      job = (await (await fetch(`${origin}/directory/v1/jobs/${job.id}`, { headers })).json()) as typeof job;
    }
    if (job.status !== 'succeeded') throw new Error(`The import failed: ${JSON.stringify(job)}`);
    return (performance.now() - started) / 1_000;
  } finally {
    await app.close();
    await issuer.close();
  }
}

async function copySeconds(url: string): Promise<{ indexed: number; bare: number; rows: number }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('CREATE SCHEMA peer');
    let rows = 0;
    const data = new Map<string, Buffer>();
    for (const table of TABLES) {
      const chunks: Buffer[] = [];
      for await (const chunk of client.query(copyTo(`COPY directory.${table} TO STDOUT`))) chunks.push(chunk as Buffer);
      data.set(table, Buffer.concat(chunks));
      rows += Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM directory.${table}`)).rows[0]?.n);
      await client.query(`CREATE TABLE peer.${table} (LIKE directory.${table} INCLUDING ALL)`);
      await client.query(`CREATE TABLE peer.${table}_bare (LIKE directory.${table})`);
    }
    const copyAll = async (suffix: string): Promise<number> => {
      const started = performance.now();
      await client.query('BEGIN');
      for (const [table, bytes] of data)
        await pipeline(Readable.from([bytes]), client.query(copyFrom(`COPY peer.${table}${suffix} FROM STDIN`)));
      await client.query('COMMIT');
      return (performance.now() - started) / 1_000;
    };
    return { indexed: await copyAll(''), bare: await copyAll('_bare'), rows };
  } finally {
    await client.end();
  }
}
