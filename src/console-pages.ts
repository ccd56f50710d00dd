/**
 * Serves the web page that was built into a folder: one document for all its addresses, and files whose names change with what
 * is in them. It holds no data, so anybody may load it; what it shows it has to ask the API for.
 */
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export type PagesParts = {
  /** Null: the page could not be built. */
  readonly folder: string | null
  /** Counts the request, and answers it itself if there were too many. */
  readonly admit: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | null>
}

/** What the page itself shows at each, see src/console/router.ts. */
const ADDRESSES = ['/', '/overview', '/talk', '/calls', '/calls/:id']

export async function addPages(server: FastifyInstance, { folder, admit }: PagesParts): Promise<void> {
  if (folder !== null) await server.register(fastifyStatic, { root: folder, serve: false, index: false })
  const preHandler = async (request: FastifyRequest, reply: FastifyReply) => (await admit(request, reply)) ?? undefined

  for (const url of ADDRESSES) {
    server.get(url, { preHandler, schema: { hide: true } }, async (request, reply) => {
      if (folder === null) return reply.code(503).send({ error: 'the page is not built: `npm run build` says why' })
      return reply
        .headers({ ...pageHeaders(request.headers.host), 'cache-control': 'no-cache' })
        .sendFile('index.html', { cacheControl: false })
    })
  }
  server.get<{ Params: { name: string } }>(
    '/assets/:name(^[\\w.-]+$)',
    { preHandler, schema: { hide: true } },
    async ({ params }, reply) => {
      if (folder === null) return reply.callNotFound()
      return reply.sendFile(`assets/${params.name}`, { maxAge: '365d', immutable: true })
    },
  )
}

/**
 * The page loads its own files and nothing else, runs nothing that is written into it, and is in no other page's frame. It alone
 * may ask for microphone and camera. Some browsers do not count WebSockets of the same host to 'self'.
 */
function pageHeaders(host: string | undefined) {
  const own = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''
  return {
    'content-security-policy': [
      "default-src 'self'",
      `connect-src 'self'${own}`,
      "img-src 'self' data:",
      "media-src 'self' blob:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'permissions-policy': 'camera=(self), geolocation=(), microphone=(self)',
  }
}
