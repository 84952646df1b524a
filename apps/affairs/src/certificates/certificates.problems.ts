import { defineProblem } from '#problems';

export const CertificateKindUnknown = defineProblem({
  code: 'affairs/certificate-kind-unknown',
  status: 422,
  zh: '没有这种证明',
  en: 'There is no such kind of certificate',
});
/** `errors` names each fact that the roster does not have of the student. */
export const CertificateFactsMissing = defineProblem({
  code: 'affairs/certificate-facts-missing',
  status: 422,
  zh: '在册信息不足，无法开具，详见 errors',
  en: 'The roster does not tell what the certificate says; see errors',
});
export const CertificateLimitReached = defineProblem({
  code: 'affairs/certificate-limit-reached',
  status: 409,
  zh: '今天已开具 {most} 份，请明天再试',
  en: '{most} certificates were issued today; try again tomorrow',
});
/** Of a wrong code, whatever is wrong with it. */
export const CertificateUnknown = defineProblem({
  code: 'affairs/certificate-unknown',
  status: 404,
  zh: '没有与此核验码对应的证明',
  en: 'No certificate has this verification code',
});
export const CertificateRevoked = defineProblem({
  code: 'affairs/certificate-revoked',
  status: 409,
  zh: '该证明已撤销',
  en: 'The certificate is revoked',
});
export const CertificateNotRevoked = defineProblem({
  code: 'affairs/certificate-not-revoked',
  status: 409,
  zh: '该证明未被撤销',
  en: 'The certificate is not revoked',
});
export const CertificateReinstatementTooLate = defineProblem({
  code: 'affairs/certificate-reinstatement-too-late',
  status: 409,
  zh: '撤销已超过 {days} 天，不能恢复，请重新开具',
  en: 'It was revoked more than {days} days ago: issue a new one',
});
export const CertificateKeyRotatedTooRecently = defineProblem({
  code: 'affairs/certificate-key-rotated-too-recently',
  status: 409,
  zh: '密钥刚刚更换过，请一分钟后再试',
  en: 'The key was replaced just now; try again in a minute',
});
