import { Typesetter } from '#documents';
import { feature } from '#service';
import { BookBatches } from './book-batches.service.js';
import { BookChoice, GraduationBook } from './book.entity.js';
import { BookMaker } from './book-maker.service.js';
import { BookPageController } from './book-page.controller.js';
import { BooksController } from './books.controller.js';
import { Books } from './books.service.js';

export const books = feature({
  controllers: [BooksController, BookPageController],
  providers: [Books, BookBatches, BookMaker, { provide: Typesetter, useFactory: () => new Typesetter() }],
  entities: [BookChoice, GraduationBook],
});
