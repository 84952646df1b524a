import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { presentationsOf, readOulad } from './data.js';
import { dateOf, observationsOf } from './import-files.js';

/** A handful of rows in the data set's own format. */
const FILES = {
  studentInfo:
    'code_module,code_presentation,id_student,final_result\nAAA,2014J,1,Pass\nAAA,2014J,2,Withdrawn\nAAA,2014B,1,Fail\n',
  studentRegistration:
    'code_module,code_presentation,id_student,date_registration,date_unregistration\nAAA,2014J,1,-20,\nAAA,2014J,2,5,3\nAAA,2014B,1,,\n',
  assessments:
    'code_module,code_presentation,id_assessment,assessment_type,date,weight\nAAA,2014J,10,TMA,12,50\nAAA,2014J,11,Exam,200,100\nAAA,2014J,12,CMA,,0\n',
  studentAssessment: 'id_assessment,id_student,date_submitted,is_banked,score\n10,1,10,0,80\n10,2,-1,1,\n',
};

describe('the OULAD files', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yizhan-oulad-spec-'));
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, `${name}.csv.gz`), gzipSync(text));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are registrations, each with its own submissions and result', async () => {
    const { registrations, due } = await readOulad(folder);
    expect(registrations).toEqual([
      expect.objectContaining({ number: 'AAA-2014J-1', atRisk: false, submissions: [{ day: 10, score: 80 }] }),
      expect.objectContaining({
        number: 'AAA-2014J-2',
        atRisk: true,
        unregistered: 3,
        submissions: [{ day: -1, score: null }],
      }),
      expect.objectContaining({ number: 'AAA-2014B-1', atRisk: true, registered: null, submissions: [] }),
    ]);
    // Exams, and assessments without a day, are never due.
    expect([...due]).toEqual([['AAA-2014J', [12]]]);
  });

  it('are judged by the presentations asked for, or by all', async () => {
    const data = await readOulad(folder);
    expect(presentationsOf(data, [])).toEqual(['2014B', '2014J']);
    expect(presentationsOf(data, ['2014J', '2014J'])).toEqual(['2014J']);
    expect(() => presentationsOf(data, ['2014B', '2015B'])).toThrow('There is no presentation 2015B, but 2014B, 2014J');
  });

  it('become observations on their own days; a submission without a score is no score', async () => {
    const observations = [...observationsOf(await readOulad(folder))];
    expect(observations).toEqual([
      { studentNumber: 'AAA-2014J-1', metric: 'assessment_due', day: '2024-10-13', value: 1 },
      { studentNumber: 'AAA-2014J-1', metric: 'assessment_submitted', day: '2024-10-11', value: 1 },
      { studentNumber: 'AAA-2014J-1', metric: 'score_points', day: '2024-10-11', value: 80 },
      { studentNumber: 'AAA-2014J-1', metric: 'score_count', day: '2024-10-11', value: 1 },
      { studentNumber: 'AAA-2014J-2', metric: 'assessment_due', day: '2024-10-13', value: 1 },
      { studentNumber: 'AAA-2014J-2', metric: 'assessment_submitted', day: '2024-09-30', value: 1 },
    ]);
    expect(dateOf('2014B', 0)).toBe('2024-02-01');
  });
});
