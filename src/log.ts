/**
 * The log of the running server: one JSON line per event on standard output. It is for whoever runs the machine; what was
 * said on a call belongs in that call's journal, not here.
 */
import { pino, type DestinationStream, type Logger } from 'pino'
import type { Redact } from './redact/redact.ts'

export type Log = Logger

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What must not be written even when someone logs a whole request, response or configuration by mistake. */
const SECRET_PATHS = ['authorization', 'cookie', '["x-twilio-signature"]', '["xi-api-key"]'].flatMap(name => {
  const tail = name.startsWith('[') ? name : `.${name}`
  return [`headers${tail}`, `req.headers${tail}`, `res.headers${tail}`, `err.headers${tail}`, `err.config.headers${tail}`]
})
const SECRET_NAMES = ['apiKey', 'authToken', 'password', 'token'].flatMap(name => [name, `*.${name}`, `*.*.${name}`])

const JSON_TEXT = /"(?:[^"\\]|\\.)*"/g

/** Neither are callers' numbers and addresses, which a service may give back in an error; `redact` takes them out of every text. */
export function openLog(level: LogLevel, redact: Redact, destination?: DestinationStream): Log {
  const options = {
    level,
    redact: { paths: [...SECRET_PATHS, ...SECRET_NAMES], censor: '[secret]' },
    hooks: { streamWrite: (line: string) => line.replace(JSON_TEXT, redact) },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** A phone number as it may appear in a log: enough to recognise one's own call, not enough to ring back. */
export const maskNumber = (number: string): string => (number.length <= 4 ? '…' : `…${number.slice(-4)}`)
