import { Typesetter } from '#documents';
import { feature } from '#service';
import { CertificateBatches } from './certificate-batches.service.js';
import { CertificateKeys } from './certificate-keys.service.js';
import { CertificateMaker } from './certificate-maker.service.js';
import { CertificateVerification } from './certificate-verification.service.js';
import { Certificate } from './certificate.entity.js';
import { CertificatesController } from './certificates.controller.js';
import { CertificatesHandlers } from './certificates.handlers.js';
import { VerificationPageController } from './verification-page.controller.js';
import { Certificates } from './certificates.service.js';

export const certificates = feature({
  controllers: [CertificatesController, VerificationPageController],
  providers: [
    ...[Certificates, CertificateBatches, CertificateMaker, CertificateKeys, CertificateVerification],
    CertificatesHandlers,
    { provide: Typesetter, useFactory: () => new Typesetter() },
  ],
  entities: [Certificate],
});
