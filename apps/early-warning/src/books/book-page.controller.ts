import { Controller } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '#auth';
import { type CodePage, codePage } from '#http';
import { bookPage } from './book-page.js';
import type { BookVerificationDto } from './books.dto.js';
import { Books } from './books.service.js';

/** `/books`: the page behind the QR code of a graduation book. */
@ApiExcludeController()
@Controller('books')
@Public()
export class BookPageController extends codePage(bookPage) implements CodePage<BookVerificationDto> {
  constructor(private readonly books: Books) {
    super();
  }

  verify(code: string, address: string): Promise<BookVerificationDto> {
    return this.books.verify({ code }, address);
  }
}
