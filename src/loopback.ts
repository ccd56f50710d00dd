/**
 * Tells whether a request was made by a program on this machine. A tunnel or a reverse proxy also connects from this
 * machine, and so does a web page in a browser here that was made to ask for us; neither counts.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** What must be known of a request; one of Fastify's will do. */
export type Incoming = {
  readonly headers: IncomingHttpHeaders
  readonly raw: { readonly socket?: { readonly remoteAddress?: string | undefined } | undefined }
}

const FORWARDING = /^(x-forwarded-.*|ngrok-.*|cf-.*|tailscale-.*|forwarded|via|x-real-ip|x-client-ip|true-client-ip)$/

/** Why the request is not this machine's own, or null if it is. */
export function whyNotLocal({ headers, raw }: Incoming): string | null {
  const address = raw.socket?.remoteAddress
  if (address === undefined || !isLoopbackAddress(address)) return `it comes from ${address ?? 'an unknown address'}`
  const forwarding = Object.keys(headers).find(name => FORWARDING.test(name))
  if (forwarding !== undefined) return `it was forwarded here (header ${forwarding})`
  // A tunnel without such headers, and a web page whose name was pointed at this machine, still ask for their own name.
  const host = hostnameOf(`http://${headers.host ?? ''}`)
  if (host !== 'localhost' && !isLoopbackAddress(host.replace(/^\[|\]$/g, '')))
    return 'it asks for another host than this machine'
  // Browsers let any page send forms and open WebSockets to this machine, and then name the page's origin.
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${headers.host}`) return 'it comes from a web page of another origin'
  return null
}

const isLoopbackAddress = (address: string): boolean => address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address)

const hostnameOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '')
