import { defineProblem } from '#problems';

export const TypeNotAllowed = defineProblem({
  code: 'files/type-not-allowed',
  status: 415,
  zh: '文件内容不是可接受的类型；可接受：{allowed}',
  en: 'The content of the file is of no type that is taken: {allowed}',
});
export const ImageTooLarge = defineProblem({
  code: 'files/image-too-large',
  status: 413,
  zh: '图片像素过多，最多 {most} 百万像素',
  en: 'The picture has too many pixels: at most {most} million',
});
export const ImageNotReadable = defineProblem({
  code: 'files/image-not-readable',
  status: 422,
  zh: '图片已损坏，无法读取',
  en: 'The picture is damaged and cannot be read',
});
export const TooManyUnattached = defineProblem({
  code: 'files/too-many-unattached',
  status: 409,
  zh: '已上传 {most} 个尚未使用的文件，请先使用，或等它们在一天后被删除',
  en: '{most} files were uploaded and not used yet: use them, or wait until they are deleted after a day',
});
export const NotAttachable = defineProblem({
  code: 'files/not-attachable',
  status: 422,
  zh: '文件不存在、不是您上传的、用途不符或已被使用，详见 errors',
  en: 'A file is unknown, not your own, meant for something else, or used already; see errors',
});
export const TooManyFiles = defineProblem({
  code: 'files/too-many-files',
  status: 422,
  zh: '最多可附 {most} 个文件',
  en: 'At most {most} files can be attached',
});
