import { readFile } from 'node:fs/promises';
import { COLUMNS as OBSERVATIONS } from '../../early-warning/src/observations/formats.js';
import { APPOINTMENTS } from '../../staffing/src/imports/appointment-rows.js';
import { PLACES } from '../src/imports/places/file.js';
import { directory } from '../src/directory.module.js';
import { ROSTER_SHEET } from '#exchange';
import { TestApp } from '#testing';
import { importFile, zipOf } from './roster-files.js';

describe.each(['docs/importing.md', 'docs/importing.zh-CN.md'])('%s', (guide) => {
  it('has a roster that can be imported as it stands', async () => {
    const blocks = [...(await readFile(guide, 'utf8')).matchAll(/```csv (\w+\.csv)\n(.*?)```/gs)];
    const test = await TestApp.create([directory]);
    try {
      const { token } = await test.client('directory:import:write');
      const zip = await zipOf(Object.fromEntries(blocks.map(([, name, content]) => [name!, content!])));
      const job = await importFile(test, token, 'roster?source=guide', zip);
      expect([job.status, job.errors]).toEqual(['succeeded', []]);
      expect(job.result).toMatchObject({ people: { create: 2 } });
    } finally {
      await test.close();
    }
  });

  it('has a sheet that can be imported as it stands', async () => {
    const [, sheet] = /```csv roster-sheet\n(.*?)```/s.exec(await readFile(guide, 'utf8'))!;
    const test = await TestApp.create([directory]);
    try {
      const { token } = await test.client('directory:import:write');
      const job = await importFile(test, token, 'roster-sheet?source=guide', Buffer.from(sheet!));
      expect([job.status, job.errors]).toEqual(['succeeded', []]);
      expect(job.result).toMatchObject({ people: { create: 3 }, residences: { create: 2 } });
    } finally {
      await test.close();
    }
  });

  it('names every column of every kind of table', async () => {
    const text = await readFile(guide, 'utf8');
    const columns = [ROSTER_SHEET.columns, PLACES.columns, APPOINTMENTS.columns, OBSERVATIONS].flatMap((one) =>
      Object.entries<{ zh: string; also?: readonly string[] }>(one),
    );
    expect(columns).toHaveLength(39);
    for (const [name, { zh, also = [] }] of columns)
      expect(text).toContain(`| \`${name}\` | ${zh} | ${also.join(', ')}`);
  });
});
