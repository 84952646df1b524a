import { Flag } from '#fields';

export class AppointmentImportOptions {
  @Flag({
    zh: '只比对、不写入；结果在任务中',
    en: 'Only compare, write nothing; the difference is in the job',
    optional: true,
    example: false,
  })
  dryRun = false;
}
