import { Controller, Get, Post, Query, Req, Res, StreamableFile, type Type } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import type { Permission, ServiceName } from '#contracts';
import { Database } from '#database';
import { OneOf } from '#fields';
import { type FilePurpose, Files, type OpenFile, StoredFileDto } from '#files';
import { Created, IdParam, Returns, Summary, uploadedFile } from '#http';
import { named } from './jobs.controller.js';

/** Whatever it is, it is downloaded, runs nothing, and shows nothing of itself within a page. */
const DOWNLOAD_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";

/** A stored file as an answer. */
export function fileAnswer({ file, content }: OpenFile, reply: FastifyReply): StreamableFile {
  reply.header('content-disposition', contentDisposition(file.name));
  reply.header('content-security-policy', DOWNLOAD_POLICY);
  return new StreamableFile(content, { type: file.mediaType, length: file.bytes });
}

/** `/<service>/v1/files`: handing files in, to be attached to something, and reading them. */
export function filesControllerOf(service: ServiceName, purposes: readonly FilePurpose[]): Type {
  const handedIn = purposes.filter((purpose) => purpose.upload.length > 0);
  const [first] = handedIn;
  if (!first)
    throw new Error(`${service} has files, and none that anybody hands in: give it routes to read them alone`);
  const byName = new Map(handedIn.map((purpose) => [purpose.name, purpose]));
  const types = [...new Set(purposes.flatMap((purpose) => purpose.types))].sort();
  const maxBytes = Math.max(...purposes.map((purpose) => purpose.maxBytes));
  const upload = handedIn.flatMap((purpose) => purpose.upload) as [Permission, ...Permission[]];
  const read = [...new Set(purposes.flatMap((purpose) => purpose.read))] as [FilePurpose['read'][0]];
  const binary = { type: 'string', format: 'binary', maxLength: maxBytes };

  class UploadQuery {
    @OneOf(Object.fromEntries(byName), { zh: '用途', en: 'What the file is for', example: first.name })
    purpose: string;
  }

  @ApiTags('files')
  @Controller(`${service}/v1/files`)
  class FilesController {
    constructor(
      private readonly database: Database,
      private readonly files: Files,
    ) {}

    @Post()
    @Created()
    @Require(...upload)
    @ApiConsumes('multipart/form-data')
    @ApiBody({
      schema: {
        type: 'object',
        required: ['file'],
        properties: { file: { ...binary, description: `文件 / The file: ${types.join(', ')}` } },
      },
    })
    @Returns(StoredFileDto)
    @Summary('上传文件，一天内附于所办事项，否则删除', 'Hand a file in, to be attached within a day or else be deleted')
    async uploadFile(
      @CurrentActor() actor: Actor,
      @Query() query: UploadQuery,
      @Req() request: FastifyRequest,
    ): Promise<StoredFileDto> {
      const purpose = byName.get(query.purpose)!;
      await this.files.mayStore(this.database.connection, actor, purpose);
      return this.files.store(actor, purpose, await uploadedFile(request, purpose.maxBytes));
    }

    @Get(':id')
    @Require(...read)
    @Returns(StoredFileDto)
    @Summary('查看文件信息', 'See what is known of a file')
    getFile(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<StoredFileDto> {
      return this.files.find(this.database.connection, actor, service, id);
    }

    @Get(':id/content')
    @Require(...read)
    @ApiProduces(...types)
    @ApiOkResponse({
      description: '文件内容 / The content of the file',
      content: Object.fromEntries(types.map((type) => [type, { schema: binary }])),
    })
    @Summary('下载文件（留有记录）', 'Download a file, which is recorded')
    async getFileContent(
      @CurrentActor() actor: Actor,
      @IdParam() id: string,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<StreamableFile> {
      return fileAnswer(await this.files.open(actor, service, id), reply);
    }
  }
  return named(FilesController, service, 'Files');
}
