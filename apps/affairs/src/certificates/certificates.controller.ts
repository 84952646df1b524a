import { Body, Controller, Get, HttpCode, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Public, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { JobDto } from '#service';
import { CertificateBatches } from './certificate-batches.service.js';
import { CertificateKeys } from './certificate-keys.service.js';
import { CertificateVerification } from './certificate-verification.service.js';
import {
  CertificateDetailDto,
  CertificateDto,
  CertificateKeysDto,
  CertificatesQuery,
  CertificateTemplateDto,
  IssueCertificateDto,
  IssueManyDto,
  RevokeCertificateDto,
  VerificationDto,
  VerifyCertificateDto,
} from './certificates.dto.js';
import { Certificates } from './certificates.service.js';

/** Certificates (证明). Their files are downloaded as files are: `/affairs/v1/files/{id}/content`. */
@ApiTags('certificates')
@Controller('affairs/v1/certificates')
export class CertificatesController {
  constructor(
    private readonly certificates: Certificates,
    private readonly batches: CertificateBatches,
    private readonly verification: CertificateVerification,
    private readonly keys: CertificateKeys,
  ) {}

  @Get()
  @Require('affairs:certificate:read')
  @ApiPage(CertificateDto)
  @Summary('列出证明', 'List certificates')
  listCertificates(@CurrentActor() actor: Actor, @Query() query: CertificatesQuery): Promise<Page<CertificateDto>> {
    return this.certificates.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:certificate:issue')
  @BodyExample({ kind: 'enrolment', language: 'zh', studentId: '00000000-0000-7000-8000-003000000001' })
  @Returns(CertificateDetailDto)
  @Summary(
    '开具证明：本人，或所辖学生；即时生成 PDF',
    'Issue a certificate, for oneself or a student within scope; its PDF is made at once',
  )
  issueCertificate(@CurrentActor() actor: Actor, @Body() body: IssueCertificateDto): Promise<CertificateDetailDto> {
    return this.certificates.issue(actor, body);
  }

  @Get('templates')
  @Require('affairs:certificate:issue')
  @Returns([CertificateTemplateDto])
  @Summary('列出可开具的证明种类', 'List the kinds of certificates')
  listCertificateTemplates(@CurrentActor() actor: Actor): Promise<CertificateTemplateDto[]> {
    return this.certificates.templates(actor);
  }

  @Post('verify')
  @MayNotFind()
  @HttpCode(200)
  @Public()
  @Returns(VerificationDto)
  @Summary(
    '凭核验码核验证明；附文件的 SHA-256 可核对文件是否被改动',
    'Verify a certificate by its code; with the SHA-256 of a file also whether it is the file that was issued',
  )
  verifyCertificate(@Body() body: VerifyCertificateDto, @Req() { ip }: FastifyRequest): Promise<VerificationDto> {
    return this.verification.verify(body, ip);
  }

  @Get('keys')
  @Public()
  @Returns(CertificateKeysDto)
  @Summary('证明签名的公钥（JWK Set）', 'Public keys of the signatures of certificates, as a JWK set')
  listCertificateKeys(): Promise<CertificateKeysDto> {
    return this.keys.list();
  }

  @Post('keys/rotate')
  @HttpCode(200)
  @Require('affairs:certificate-key:rotate')
  @Returns(CertificateKeysDto)
  @Summary('更换签名密钥；此前的签名仍可核验', 'Replace the key that signs; earlier signatures stay verifiable')
  rotateCertificateKey(@CurrentActor() actor: Actor): Promise<CertificateKeysDto> {
    return this.keys.rotate(actor);
  }

  @Post('batches')
  @MayNotFind()
  @HttpCode(202)
  @Require('affairs:certificate:issue')
  @BodyExample({ kind: 'enrolment', language: 'zh', unitId: '00000000-0000-7000-8000-000600000001' })
  @Returns(JobDto)
  @Summary('为一个单位或一批学生开具证明', 'Issue certificates for a unit, or for a list of students')
  async issueCertificates(
    @CurrentActor() actor: Actor,
    @Body() body: IssueManyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.batches.request(actor, body);
    reply.header('Location', `/affairs/v1/jobs/${job.id}`);
    return job;
  }

  @Get('batches/:id/content')
  @Require('affairs:certificate:read')
  @ApiProduces('application/zip')
  @ApiOkResponse({
    description: '全部证明的 ZIP / A ZIP of all certificates',
    content: { 'application/zip': { schema: { type: 'string', format: 'binary', maxLength: 1_073_741_824 } } },
  })
  @Summary('下载一批证明（ZIP，逐份留有记录）', 'Download the certificates of a job as one ZIP; each is recorded')
  async getCertificatesContent(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<StreamableFile> {
    const content = await this.batches.content(actor, id);
    return new StreamableFile(content, {
      type: 'application/zip',
      disposition: 'attachment; filename="certificates.zip"',
    });
  }

  @Get(':id')
  @Require('affairs:certificate:read')
  @Returns(CertificateDetailDto)
  @Summary('查看证明', 'See a certificate')
  getCertificate(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<CertificateDetailDto> {
    return this.certificates.get(actor, id);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Require('affairs:certificate:revoke')
  @Returns(CertificateDetailDto)
  @Summary('撤销证明，核验时立即可见', 'Revoke a certificate; whoever verifies it sees so at once')
  revokeCertificate(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RevokeCertificateDto,
  ): Promise<CertificateDetailDto> {
    return this.certificates.revoke(actor, id, version, body);
  }

  @Post(':id/reinstate')
  @HttpCode(200)
  @Require('affairs:certificate:revoke')
  @Returns(CertificateDetailDto)
  @Summary('恢复被撤销的证明', 'Take a revocation back')
  reinstateCertificate(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<CertificateDetailDto> {
    return this.certificates.reinstate(actor, id, version);
  }
}
