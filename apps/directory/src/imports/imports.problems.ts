import { defineProblem } from '#problems';

export const NotAZip = defineProblem({
  code: 'directory/not-a-zip',
  status: 400,
  zh: '文件不是可以读取的 ZIP',
  en: 'The file is not a ZIP that can be read',
});

export const UnpacksTooLarge = defineProblem({
  code: 'directory/unpacks-too-large',
  status: 413,
  zh: '压缩包最多 {entries} 个文件，解压后最多 {megabytes} MB',
  en: 'A ZIP may have at most {entries} files and {megabytes} MB unpacked',
});

export const SourceReserved = defineProblem({
  code: 'directory/source-reserved',
  status: 400,
  zh: '来源名 {source} 留给 SCIM 开通的账号，请换一个',
  en: 'The source {source} is kept for accounts provisioned by SCIM: choose another name',
});
