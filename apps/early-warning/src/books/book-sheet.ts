/**
 * What a graduation book looks like, in Typst. Charts are drawn by Typst itself: no further library, the book's own font, and text that can be
 * copied. All that it says is in `sys.inputs.book`.
 */
export const BOOK = `
#let book = json(bytes(sys.inputs.book))
#let blue = rgb("#1f4e79")
#let red = rgb("#a63d40")
#let soft = rgb("#eef3f8")
#let shades = (rgb("#1f4e79"), rgb("#4f8fbf"), rgb("#6aa84f"), rgb("#d79b3d"), rgb("#a63d40"), rgb("#7f6ba8"))
#let has(section) = book.sections.contains(section)

#set document(title: "毕业纪念册", author: book.school)
#set text(font: "Noto Sans SC", fallback: false, size: 10.5pt, lang: "zh", fill: luma(15%))
#set par(leading: 0.95em, spacing: 1.1em)

// cover
#set page(paper: "a4", margin: 0pt, footer: none)
#place(top, rect(width: 100%, height: 62%, fill: blue, stroke: none))
#place(top + left, dx: 2.6cm, dy: 3cm, text(size: 15pt, fill: white, tracking: 0.2em)[#book.school])
#place(top + left, dx: 2.6cm, dy: 8.6cm, {
  text(size: 42pt, weight: 700, fill: white, tracking: 0.12em)[成长档案]
  v(0.2cm)
  text(size: 17pt, fill: white.darken(8%), tracking: 0.35em)[毕业纪念册]
})
#place(top + left, dx: 2.6cm, dy: 15.4cm, line(length: 4cm, stroke: 2pt + rgb("#d79b3d")))
#place(top + left, dx: 2.6cm, dy: 20.2cm, {
  text(size: 26pt, weight: 700, fill: blue)[#book.name]
  v(0.35cm)
  set par(leading: 0.8em)
  text(size: 12pt, fill: luma(35%))[
    #book.college#if book.major != none [　#book.major] \\
    #if book.class != none [#book.class　]#if book.grade != none [#book.grade 级]
  ]
})
#place(bottom + left, dx: 2.6cm, dy: -2cm, text(size: 10pt, fill: luma(45%))[#book.from — #book.to])
#pagebreak()

#set page(
  margin: (x: 2.4cm, top: 2.6cm, bottom: 2.4cm),
  header: text(size: 8.5pt, fill: luma(50%))[#book.name · 毕业纪念册 #h(1fr) #book.school],
  numbering: number => text(size: 8.5pt, fill: luma(50%))[#number],
)
#show heading.where(level: 1): it => block(below: 0.9cm, {
  text(size: 22pt, weight: 700, fill: blue, it.body)
  v(-0.35cm)
  line(length: 2.2cm, stroke: 2pt + rgb("#d79b3d"))
})
#show heading.where(level: 2): it => block(above: 0.95cm, below: 0.45cm, sticky: true, text(size: 13pt, weight: 700, fill: blue, it.body))

#if has("numbers") [
  = 这几年
  #grid(
    columns: (1fr,) * 4, column-gutter: 0.35cm,
    ..book.totals.map(one => block(fill: soft, radius: 5pt, width: 100%, inset: (x: 8pt, y: 12pt), align(center, {
      text(size: 22pt, weight: 700, fill: blue)[#one.value]
      linebreak()
      text(size: 9pt, fill: luma(35%))[#one.label]
    }))),
  )

  == 每一年
  #let most = calc.max(1, ..book.years.map(year => year.entries))
  #block(width: 100%, height: 5.2cm, {
    let columns = book.years.map(year => {
      let part = year.areas.map(area => rect(
        width: 1.5cm, height: 4cm * area.entries / most, fill: shades.at(calc.rem(area.shade, 6)), stroke: none,
      ))
      align(center + bottom, stack(dir: ttb, spacing: 0pt, text(size: 9pt, weight: 700)[#year.entries], v(3pt), ..part, v(5pt), text(size: 9pt, fill: luma(35%))[#year.year]))
    })
    align(bottom, grid(columns: (1fr,) * book.years.len(), align: bottom + center, ..columns))
  })
  #align(center, text(size: 9pt, book.areas.map(area => [#box(rect(width: 8pt, height: 8pt, fill: shades.at(calc.rem(area.shade, 6)), stroke: none)) #area.name　]).join()))

  == 德智体美劳
  #let widest = calc.max(1, ..book.areas.map(area => area.entries))
  #grid(
    columns: (1.6cm, 1fr, 4.6cm), row-gutter: 0.32cm, align: (right + horizon, left + horizon, left + horizon), column-gutter: 0.35cm,
    ..book.areas.map(area => (
      text(weight: 700)[#area.name],
      rect(width: 100% * calc.max(area.entries / widest, 0.006), height: 0.5cm, radius: 2pt, fill: shades.at(calc.rem(area.shade, 6)), stroke: none),
      text(size: 9pt, fill: luma(35%))[#area.entries 件#if area.hours > 0 [ · #area.hours 小时]#if area.credits > 0 [ · #area.credits 学分]],
    )).flatten(),
  )

  #if book.tracks.len() > 0 [
    == 四个一百
    #grid(
      columns: (1fr, 1fr), column-gutter: 0.8cm, row-gutter: 0.5cm,
      ..book.tracks.map(one => block(breakable: false, {
        [#text(weight: 700)[#one.name] #h(1fr) #text(fill: luma(35%), size: 9pt)[#one.done / #one.goal]]
        v(-0.25cm)
        box(width: 100%, height: 0.28cm, {
          place(rect(width: 100%, height: 0.28cm, radius: 3pt, fill: luma(90%), stroke: none))
          if one.done > 0 { place(rect(width: 100% * calc.min(1, one.done / one.goal), height: 0.28cm, radius: 3pt, fill: rgb("#d79b3d"), stroke: none)) }
        })
      })),
    )
  ]
  #pagebreak(weak: true)
]

#if has("honours") and book.honours.len() > 0 [
  = 荣誉
  #for one in book.honours {
    block(breakable: false, width: 100%, stroke: (left: 3pt + rgb("#d79b3d")), inset: (left: 12pt, y: 5pt), below: 0.55cm, {
      text(size: 12.5pt, weight: 700)[#one.title]
      linebreak()
      text(size: 9pt, fill: luma(40%))[#one.day#if one.note != none [　#one.note]]
    })
  }
  #pagebreak(weak: true)
]

#if has("timeline") and book.terms.len() > 0 [
  = 时间线
  // A paragraph for each: a grid takes three times as long.
  #let note = text.with(size: 9pt, fill: luma(45%))
  #let dots = shades.map(shade => box(width: 0.9cm, align(center, circle(radius: 2.6pt, fill: shade, stroke: none))))
  #for term in book.terms {
    heading(level: 2, term.name)
    for one in term.entries {
      par(hanging-indent: 3.4cm, spacing: 1.1em + 5pt, {
        box(width: 2.5cm, align(right, note(one.day)))
        dots.at(calc.rem(one.shade, 6))
        one.title
        if one.note != none { note("　" + one.note) }
      })
    }
  }
  #pagebreak(weak: true)
]

#if has("thanks") and book.thanks != none [
  = 寄语
  #set par(justify: true, first-line-indent: (amount: 2em, all: true), leading: 1.15em)
  #set text(size: 12pt)
  #for one in book.thanks.split("\\n").filter(one => one.trim() != "") [#one #parbreak()]
  #set par(first-line-indent: 0pt)
  #align(right)[#book.name]
  #pagebreak(weak: true)
]

#set page(header: none)
#set par(justify: true)
#v(1fr)
#align(center, text(size: 15pt, weight: 700, fill: blue, tracking: 0.1em)[愿你所到之处，皆有所成])
#v(1.2fr)
#line(length: 100%, stroke: 0.5pt + luma(60%))
#grid(
  columns: (2.8cm, 1fr), column-gutter: 0.7cm, align: horizon,
  if book.qr != none { image(bytes(book.qr), format: "svg", width: 2.8cm, alt: "核验二维码") } else { rect(width: 2.8cm, height: 2.8cm, stroke: 0.5pt + luma(70%), align(center + horizon)[预览]) },
  text(size: 9pt, fill: luma(30%))[
    #if book.number != none [编　号　#book.number \\ 核验码　*#book.code* \\ 扫描二维码，或打开 #book.address 输入核验码，可核对本册是否由学校制作、文件是否被改动。\\ ]
    本册由系统依据成长档案生成，共收入 #book.count 件，内容由本人选定。\\
    #book.issuedOn　#book.school
  ],
)
#if book.number == none { place(top + left, dx: 3cm, dy: 8cm, rotate(-30deg, text(size: 90pt, fill: luma(88%), weight: 700)[预览])) }
`;
