import { Flag, Instant, Int, Json, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import { type Import, IMPORT_KINDS, IMPORT_STATES } from './import.entity.js';

export class ImportOptions {
  @Flag({
    zh: '只比对、不写入；结果在任务中',
    en: 'Only compare, write nothing; the difference is in the job',
    optional: true,
    example: false,
  })
  dryRun = false;

  @Flag({
    zh: '确认大幅缩减',
    en: 'Allow the set to end more than the shrink guard lets pass',
    optional: true,
    example: false,
  })
  allowShrink = false;

  @Flag({
    zh: '确认学工号或身份的大量变更',
    en: 'Allow the set to change numbers and identities that are doubted otherwise',
    optional: true,
    example: false,
  })
  allowIdentityChanges = false;

  @Text({
    zh: '来源系统；只替换同一来源先前导入的内容',
    en: 'System the file comes from; only what the same source brought before is replaced',
    max: 32,
    pattern: /^[a-z][a-z0-9-]*$/,
    optional: true,
    example: 'sis',
  })
  source = 'sis';
}

export class ImportsQuery extends ListQuery {
  @AnyOf(IMPORT_KINDS, { zh: '种类', en: 'Kinds' }, ['roster'])
  kind?: string[];

  @AnyOf(IMPORT_STATES, { zh: '状态', en: 'States' }, ['succeeded'])
  status?: string[];

  @AnyOf('text', { zh: '来源系统', en: 'Sources' }, ['sis'])
  source?: string[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['number', 'updatedAt'])
  sort?: string;
}

export class ImportDto {
  @Uuid({ zh: '导入', en: 'Import' })
  id: string;

  @Int({
    zh: '序号；按此顺序生效',
    en: 'Number; imports take effect in this order',
    min: 1,
    max: 2_147_483_647,
    example: 7,
  })
  number: number;

  @OneOf(IMPORT_KINDS, { zh: '种类', en: 'Kind' })
  kind: string;

  @Text({ zh: '来源系统', en: 'Source', example: 'sis' })
  source: string;

  @Flag({ zh: '只比对', en: 'Dry run', example: false })
  dryRun: boolean;

  @Text({ zh: '文件名', en: 'Name of the file', max: 255, example: 'roster.zip' })
  fileName: string;

  @Int({ zh: '字节数', en: 'Bytes', min: 0, max: 2_147_483_647, example: 1_048_576 })
  bytes: number;

  @Text({
    zh: 'SHA-256（十六进制）',
    en: 'SHA-256, hexadecimal',
    max: 64,
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
  sha256: string;

  @OneOf(IMPORT_STATES, { zh: '状态', en: 'State', example: 'succeeded' })
  status: string;

  @Json({
    zh: '新增、变更、结束的数量；只比对时另附样例',
    en: 'How much was made, changed and ended; for a dry run with samples',
    nullable: true,
    example: { people: { create: 2000, change: 0, close: 0 } },
  })
  result: object | null;

  @Uuid({ zh: '任务', en: 'Job' })
  jobId: string;

  @Instant({ zh: '受理时间', en: 'Accepted at', example: '2026-11-21T08:00:00.000Z' })
  createdAt: Date;

  @Instant({ zh: '结束时间', en: 'Ended at', nullable: true, example: '2026-11-21T08:00:09.000Z' })
  finishedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;

  static from(one: Import): ImportDto {
    const {
      id,
      number,
      kind,
      source,
      dryRun,
      fileName,
      bytes,
      sha256,
      status,
      result,
      jobId,
      createdAt,
      finishedAt,
      version,
    } = one;
    return Object.assign(new ImportDto(), {
      ...{
        id,
        number,
        kind,
        source,
        dryRun,
        fileName,
        bytes,
        sha256,
        status,
        result,
        jobId,
        createdAt,
        finishedAt,
        version,
      },
    });
  }
}
