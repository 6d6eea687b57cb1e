/** What the report is told by the configuration file. */
import { z } from 'zod';

export const reportShape = z.strictObject({
  /** A comparison needs so many cases on each side. */
  compare: z.number().int().min(10).default(30),
  /** Groups of fewer cases are not shown at all. */
  show: z.number().int().min(3).default(5),
  /**
   * The organisation's proxy signs people in and names them in this header. It is believed only when the connection
   * comes from one of these addresses, since anybody can send a header.
   */
  proxy: z
    .strictObject({
      header: z.string().regex(/^[a-z][a-z0-9-]*$/i),
      from: z.array(z.string().min(1)).min(1).default(['127.0.0.1', '::1']),
    })
    .optional(),
  /** How long somebody stays signed in, in seconds. */
  visit: z.number().int().min(60).default(43_200),
});
export type ReportConfig = z.infer<typeof reportShape>;
