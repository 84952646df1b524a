import { Body, Controller, Get, HttpCode, Post, Put, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Public, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { JobDto } from '#service';
import { BookBatches } from './book-batches.service.js';
import {
  BookChoiceDto,
  GraduationBookDto,
  BooksQuery,
  BookVerificationDto,
  ChooseDto,
  MakeBookDto,
  MakeBooksDto,
  VerifyBookDto,
} from './books.dto.js';
import { Books } from './books.service.js';

/** Graduation books (毕业纪念册). Their files are downloaded as files are: `/early-warning/v1/files/{id}/content`. */
@ApiTags('books')
@Controller('early-warning/v1/archive/books')
export class BooksController {
  constructor(
    private readonly books: Books,
    private readonly batches: BookBatches,
  ) {}

  @Get()
  @Require('early-warning:book:read')
  @ApiPage(GraduationBookDto)
  @Summary('列出毕业纪念册', 'List graduation books')
  listBooks(@CurrentActor() actor: Actor, @Query() query: BooksQuery): Promise<Page<GraduationBookDto>> {
    return this.books.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('early-warning:book:make')
  @BodyExample({ studentId: '00000000-0000-7000-8000-003000000001' })
  @Returns(GraduationBookDto)
  @Summary(
    '制作纪念册：本人的收入全部选定条目；他人制作的只收入学校可见的',
    'Make a book: a student’s own has all that they chose, one made by others what the school sees of it',
  )
  makeBook(@CurrentActor() actor: Actor, @Body() { studentId }: MakeBookDto): Promise<GraduationBookDto> {
    return this.books.make(actor, studentId);
  }

  @Get('choice')
  @MayNotFind()
  @Require('early-warning:archive:write')
  @Returns(BookChoiceDto)
  @Summary('查看本人对纪念册的选择', 'See what one chose for one’s book')
  getBookChoice(@CurrentActor() actor: Actor): Promise<BookChoiceDto> {
    return this.books.choice(actor);
  }

  @Put('choice')
  @MayNotFind()
  @Require('early-warning:archive:write')
  @BodyExample({ sections: ['numbers', 'timeline', 'honours', 'thanks'], thanks: '感谢陪我走过四年的老师和同学。' })
  @Returns(BookChoiceDto)
  @Summary('选择纪念册的部分，写寄语', 'Choose the parts of one’s book, and write words of one’s own')
  chooseForBook(
    @CurrentActor() actor: Actor,
    @IfMatch() version: number,
    @Body() body: ChooseDto,
  ): Promise<BookChoiceDto> {
    return this.books.choose(actor, version, body);
  }

  @Post('preview')
  @MayNotFind()
  @HttpCode(200)
  @Require('early-warning:book:make')
  @BodyExample({ studentId: '00000000-0000-7000-8000-003000000001' })
  @ApiProduces('application/pdf')
  @ApiOkResponse({
    description: '标有「预览」的 PDF，不保存 / A PDF marked as a preview, which is not kept',
    content: { 'application/pdf': { schema: { type: 'string', format: 'binary', maxLength: 20_971_520 } } },
  })
  @Summary('预览纪念册', 'Preview a book')
  async previewBook(@CurrentActor() actor: Actor, @Body() { studentId }: MakeBookDto): Promise<StreamableFile> {
    const pdf = await this.books.preview(actor, studentId);
    return new StreamableFile(pdf, { type: 'application/pdf', disposition: 'inline; filename="preview.pdf"' });
  }

  @Post('verify')
  @MayNotFind()
  @HttpCode(200)
  @Public()
  @Returns(BookVerificationDto)
  @Summary(
    '凭核验码核验纪念册；附文件的 SHA-256 可核对文件是否被改动',
    'Verify a book by its code; with the SHA-256 of a file also whether it is the file that was made',
  )
  verifyBook(@Body() body: VerifyBookDto, @Req() { ip }: FastifyRequest): Promise<BookVerificationDto> {
    return this.books.verify(body, ip);
  }

  @Post('batches')
  @MayNotFind()
  @HttpCode(202)
  @Require('early-warning:book:make')
  @BodyExample({ unitId: '00000000-0000-7000-8000-000600000001' })
  @Returns(JobDto)
  @Summary('为一个单位的学生制作纪念册', 'Make books for the students of a unit')
  async makeBooks(
    @CurrentActor() actor: Actor,
    @Body() body: MakeBooksDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.batches.request(actor, body);
    reply.header('Location', `/early-warning/v1/jobs/${job.id}`);
    return job;
  }

  @Get(':id')
  @Require('early-warning:book:read')
  @Returns(GraduationBookDto)
  @Summary('查看纪念册', 'See a book')
  getBook(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<GraduationBookDto> {
    return this.books.get(actor, id);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Require('early-warning:book:revoke')
  @Returns(GraduationBookDto)
  @Summary('撤销纪念册，核验时立即可见', 'Revoke a book; whoever verifies it sees so at once')
  revokeBook(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<GraduationBookDto> {
    return this.books.revoke(actor, id, version);
  }
}
