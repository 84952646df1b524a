import { Instant, Int, OneOf, Text, Uuid } from '#fields';
import { MEDIA_TYPES, type MediaType } from './content.js';

/** A file as it stands in answers about what it is attached to. */
export class FileDto {
  @Uuid({ zh: '文件', en: 'File', example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' })
  id: string;

  @Text({ zh: '文件名', en: 'Name', example: '诊断证明.pdf' })
  name: string;

  @OneOf(Object.keys(MEDIA_TYPES), {
    zh: '类型，由内容判定',
    en: 'Type, told by the content',
    example: 'application/pdf',
  })
  mediaType: MediaType;

  @Int({ zh: '字节数', en: 'Bytes', min: 1, max: 2_147_483_647, example: 48_213 })
  bytes: number;

  static from({ id, name, mediaType, bytes }: FileDto): FileDto {
    return Object.assign(new FileDto(), { id, name, mediaType, bytes });
  }
}

/** A file by itself. */
export class StoredFileDto extends FileDto {
  @Text({ zh: '用途', en: 'What it is for', example: 'leave-proof' })
  purpose: string;

  @Text({ zh: '内容的 SHA-256', en: 'SHA-256 of the content', example: 'a'.repeat(64) })
  sha256: string;

  @Uuid({ zh: '已附于；空为尚未使用', en: 'What it is attached to; null = not used yet', nullable: true })
  subjectId: string | null;

  @Instant({
    zh: '保存至；空为随所附事项',
    en: 'Kept until; null = as long as what it is attached to',
    nullable: true,
    example: '2026-12-02T03:00:00.000Z',
  })
  keepUntil: Date | null;

  @Instant({ zh: '上传时间', en: 'Handed in at', example: '2026-12-01T03:00:00.000Z' })
  createdAt: Date;

  static override from(file: StoredFileDto): StoredFileDto {
    const { purpose, sha256, subjectId, keepUntil, createdAt } = file;
    return Object.assign(new StoredFileDto(), FileDto.from(file), { purpose, sha256, subjectId, keepUntil, createdAt });
  }
}
