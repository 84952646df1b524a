import { Controller } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '#auth';
import { type CodePage, codePage } from '#http';
import { CertificateVerification } from './certificate-verification.service.js';
import type { VerificationDto } from './certificates.dto.js';
import { verificationPage } from './verification-page.js';

/** `/certificates`: the page behind the QR code of a certificate. */
@ApiExcludeController()
@Controller('certificates')
@Public()
export class VerificationPageController extends codePage(verificationPage) implements CodePage<VerificationDto> {
  constructor(private readonly verification: CertificateVerification) {
    super();
  }

  verify(code: string, address: string): Promise<VerificationDto> {
    return this.verification.verify({ code }, address);
  }
}
