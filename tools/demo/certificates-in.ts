import type { Api, Job, Progress } from './api.js';

/** Certificates of enrolment for a class. Returns how many. */
export async function bringInCertificates(api: Api, progress: Progress): Promise<string> {
  const { data } = await api.get<{ data: { id: string }[] }>('/directory/v1/units?kind=class&limit=1');
  const body = { kind: 'enrolment', language: 'zh', unitId: data[0]!.id };
  const job = await api.post<Job>('/affairs/v1/certificates/batches', body, { key: 'demo-certificates' });
  const { issued } = await api.finish('affairs', job, 'certificates', progress);
  return `${issued} certificates of a class`;
}

/** The persona student's own, for the tour to look at. */
export async function askForCertificate(student: Api): Promise<void> {
  const body = { kind: 'residence', language: 'zh' };
  await student.post('/affairs/v1/certificates', body, { key: 'demo-own-certificate' });
}
