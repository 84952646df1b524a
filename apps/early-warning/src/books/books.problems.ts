import { defineProblem } from '#problems';

export const BookEmpty = defineProblem({
  code: 'early-warning/book-empty',
  status: 422,
  zh: '成长档案中还没有可收入的条目',
  en: 'There is no entry in the archive yet that could go into the book',
});
export const BookNotPrintable = defineProblem({
  code: 'early-warning/book-not-printable',
  status: 422,
  zh: '含有字库中没有的字，无法印出：{characters}',
  en: 'The font has no glyphs for: {characters}',
});
export const BookRevoked = defineProblem({
  code: 'early-warning/book-revoked',
  status: 409,
  zh: '该纪念册已撤销',
  en: 'The book is revoked',
});
/** Of a wrong code, whatever is wrong with it. */
export const BookUnknown = defineProblem({
  code: 'early-warning/book-unknown',
  status: 404,
  zh: '没有与此核验码对应的纪念册',
  en: 'No book has this verification code',
});
