// While the event loop is late by this much, calls are refused rather than answered too late for anybody.
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'

/** Mean lateness over half a second; answers that come later than a second are of no use to who waits for a page. */
const LATE_MS = 500
const SAMPLE_MS = 500
const RETRY_AFTER_SECONDS = 1

/** In this plugin's context, answers 503 OVERLOADED while the process cannot keep up. */
export async function refuseWhileLate(app: Pick<FastifyInstance, 'register'>): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: LATE_MS,
    sampleInterval: SAMPLE_MS,
    pressureHandler() {
      throw new QuotaBridgeError('OVERLOADED', { retryAfterSeconds: RETRY_AFTER_SECONDS })
    }
  })
}
