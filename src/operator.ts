/**
 * Is this the owner? A program on this machine is; from elsewhere, whoever shows the API token: in the Authorization header, or
 * in the cookie that a browser gets in exchange for it. Looks at one request and keeps nothing.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { whyNotLocal, type Incoming } from './loopback.ts'
import type { Secret } from './secret.ts'

/** Why the request is refused, in words for the log; null if it may pass. */
export type OperatorGate = (request: Incoming) => string | null

/** Browsers take a cookie of this name only over TLS, for the whole host, and from no other. */
const COOKIE = '__Host-halfsecond'
/** A working day. */
const COOKIE_LIFE_SECONDS = 12 * 60 * 60

export function openOperatorGate(apiToken: Secret | null): OperatorGate {
  return request => {
    const notLocal = whyNotLocal(request)
    if (notLocal === null) return null
    if (apiToken === null) return `${notLocal}; to be let in from elsewhere, set API_TOKEN and show it`
    const { authorization, cookie } = request.headers
    if (authorization !== undefined) return isToken(bearerIn(authorization), apiToken) ? null : 'its bearer token is wrong'
    const inCookie = cookieIn(cookie ?? '')
    if (inCookie === null) return `${notLocal}, and it shows no API token`
    if (!isToken(inCookie, apiToken)) return 'its cookie is wrong'
    return whyFromElsewhere(request)
  }
}

/** Whether this is the token, in a time that does not tell how much of it is right. */
export const isToken = (given: string | null, token: Secret): boolean =>
  given !== null && timingSafeEqual(digest(given), digest(token.reveal()))

/** The Set-Cookie header that lets a browser in for a working day; not readable by scripts, not sent from other sites. */
export const cookieFor = (token: Secret): string =>
  `${COOKIE}=${token.reveal()}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${COOKIE_LIFE_SECONDS}`

/** A browser adds cookies to what another site's page asks for; it names that page's origin then. */
function whyFromElsewhere({ headers }: Incoming): string | null {
  const { origin, host } = headers
  return origin === undefined || origin === `https://${host}` ? null : 'it comes from a web page of another origin'
}

const bearerIn = (authorization: string): string | null => /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? null

function cookieIn(header: string): string | null {
  const pairs = header.split(';').map(pair => pair.trim())
  return pairs.find(pair => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? null
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
