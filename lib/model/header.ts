import { z } from 'zod';
import { each, must, struct } from './json-form.ts';
import { list, text } from './schema.ts';

const header = z.strictObject({
  key: text('Name of the header.'),
  value: text('Value of the header; for a secret one use an argument from a Secret.'),
});

/** HTTP headers of the prometheus and web providers. */
export const headerList = list(header, 'Headers to send.');
export type Header = z.infer<typeof header>;

/** The same as Go writes them. */
export const headerListJson = each(struct<Header>({ key: must(''), value: must('') }));
