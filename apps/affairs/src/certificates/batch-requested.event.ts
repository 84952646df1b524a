import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, IsUUID, Min } from 'class-validator';
import { Event } from '#contracts';

/** Certificates of one kind for many students were asked for; the service's own background job, one event for each slice. */
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

  /** So many of them were dealt with before. */
  @IsOptional()
  @IsInt()
  @Min(0)
  done?: number;

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
    done?: number;
    personId?: string | undefined;
    app: string;
  }) {
    Object.assign(this, values);
  }
}
