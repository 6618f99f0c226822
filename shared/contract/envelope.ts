import { z } from 'zod';
import { errorDataSchema } from '../models/error-data.ts';

/** A message from the client. The request id is the cancel handle. */
export const requestEnvelopeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('request'), id: z.number().int(), method: z.string().max(64), input: z.unknown() }),
  z.object({ type: z.literal('cancel'), id: z.number().int() }),
]);

/** The answer to a request. */
export const responseEnvelopeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: z.number().int(), output: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.number().int(), error: errorDataSchema }),
]);

/** An event for every subscribed client. */
export const eventEnvelopeSchema = z.object({ type: z.literal('event'), topic: z.string(), payload: z.unknown() });

/** A message from the client. */
export type RequestEnvelope = z.infer<typeof requestEnvelopeSchema>;
/** The answer to one request. */
export type ResponseEnvelope = z.infer<typeof responseEnvelopeSchema>;
/** An event of the host. */
export type EventEnvelope = z.infer<typeof eventEnvelopeSchema>;
