/**
 * What certificates look like, in Typst; templates import it as `/sheet.typ` and write the text. `facts`: values by their keys, as texts;
 * what a student has none of is `none`.
 */
export const SHEET = `
#let certificate = json(bytes(sys.inputs.certificate))
#let fact(key) = certificate.facts.at(key, default: none)
#let zh = certificate.language == "zh"

#let sheet(body) = {
  set document(title: certificate.title, author: certificate.issuer)
  set page(
    paper: "a4",
    margin: (x: 2.8cm, top: 3.2cm, bottom: 6.4cm),
    footer-descent: 0.4cm,
    footer: {
      set text(size: 8.5pt, fill: luma(25%))
      set par(first-line-indent: 0pt, justify: false, leading: 0.62em, spacing: 0.62em)
      line(length: 100%, stroke: 0.5pt + luma(60%))
      v(0.1cm)
      grid(
        columns: (2.7cm, 1fr),
        column-gutter: 0.6cm,
        align: horizon,
        image(
          bytes(certificate.qr), format: "svg", width: 2.7cm,
          alt: if zh { "核验二维码" } else { "QR code for verification" },
        ),
        if zh [
          扫描二维码，或打开 #certificate.address 并输入核验码，可查验本证明的内容与效力。\\
          核验码　*#certificate.code*\\
          编　号　#certificate.number \\
          本证明由系统依据当日在册信息开具并经数字签名，以核验结果为准。
        ] else [
          To verify content and validity, scan the code, or open #certificate.address and enter:\\
          Verification code: *#certificate.code*\\
          Number: #certificate.number \\
          Issued electronically from the register of the day and digitally signed; it bears no handwritten signature. What the verification page shows prevails.
        ],
      )
    },
  )
  set text(font: "Noto Sans SC", fallback: false, size: 12.5pt, lang: certificate.language)
  set par(
    justify: true,
    leading: if zh { 1.15em } else { 0.95em },
    spacing: 1.4em,
    first-line-indent: if zh { (amount: 2em, all: true) } else { 0pt },
  )
  show heading: set text(size: if zh { 26pt } else { 21pt }, weight: 700, tracking: if zh { 0.32em } else { 0.02em })
  align(center)[
    #set par(first-line-indent: 0pt, justify: false)
    #text(size: 14pt, tracking: if zh { 0.12em } else { 0.02em })[#certificate.school]
    #v(0.9cm)
    #heading(level: 1)[#certificate.title]
  ]
  v(0.9cm)
  {
    set par(first-line-indent: 0pt)
    set text(size: 10pt, fill: luma(25%))
    if zh [编号：#certificate.number] else [No. #certificate.number]
  }
  v(0.5cm)
  body
  v(1.6cm)
  align(right)[
    #set par(first-line-indent: 0pt, justify: false)
    #certificate.school \\
    #if certificate.issuer != certificate.school [#certificate.issuer \\ ]
    #certificate.issuedOn
  ]
  if certificate.expiresOn != none {
    v(0.6cm)
    set par(first-line-indent: 0pt)
    set text(size: 10pt, fill: luma(25%))
    if zh [有效期至 #certificate.expiresOn。] else [Valid until #certificate.expiresOn.]
  }
}`;

const IMPORT = '#import "/sheet.typ": certificate, fact, sheet\n#show: sheet\n\n';

/** 在读证明. */
export const ENROLMENT = {
  zh: `${IMPORT}兹证明 *#fact("name")*，#fact("sex")，学号 #fact("number")，现为我校#fact("college")#if fact("major") != none [#fact("major")专业]#fact("grade")级在册学生#if fact("class") != none [（班级：#fact("class")）]，目前在读。

特此证明。
`,
  en: `${IMPORT}This is to certify that *#fact("latinName")* (#fact("name")), #fact("sex"), student number #fact("number"), is a registered student of #fact("school"), #fact("college")#if fact("major") != none [, majoring in #fact("major")], entry year #fact("grade")#if fact("class") != none [ (class #fact("class"))], and is enrolled on the date of this certificate.

This certificate is issued at the request of the student.
`,
};

/** 住宿证明. */
export const RESIDENCE = {
  zh: `${IMPORT}兹证明 *#fact("name")*，#fact("sex")，学号 #fact("number")，系我校#fact("college")在册学生，现住#if fact("campus") != none [#fact("campus")]#fact("building")#fact("room")室。

特此证明。
`,
  en: `${IMPORT}This is to certify that *#fact("latinName")* (#fact("name")), #fact("sex"), student number #fact("number"), is a registered student of #fact("school"), #fact("college"), and lives on campus, on the date of this certificate, in room #fact("room") of #fact("building")#if fact("campus") != none [, #fact("campus")].

This certificate is issued at the request of the student.
`,
};
