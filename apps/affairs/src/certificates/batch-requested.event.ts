import { ArrayMaxSize, IsIn, IsOptional, IsString, IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** Certificates of one kind for many students were asked for; the service's own background job. */
@Event({ name: 'affairs.certificate-batch-requested.v1', consumers: ['affairs'], long: true })
export class CertificateBatchRequestedV1 {
  @IsUUID()
  jobId: string;

  /** Key of the template. */
  @IsString()
  kind: string;

  @IsIn(['zh', 'en'])
  language: 'zh' | 'en';

  @IsUUID('all', { each: true })
  @ArrayMaxSize(500)
  studentIds: string[];

  /** Who asked, if it was a person. */
  @IsOptional()
  @IsUUID()
  personId?: string;

  @IsString()
  app: string;

  constructor(values: {
    jobId: string;
    kind: string;
    language: 'zh' | 'en';
    studentIds: string[];
    personId?: string | undefined;
    app: string;
  }) {
    Object.assign(this, values);
  }
}
