/**
 * What `npm run tunnel` does: opens a way from the internet to this machine, starts the server that is reached by it, makes the
 * number ring there, and puts everything back at the end. What it opens and starts is handed in.
 */
import { renderUnicodeCompact } from 'uqr'
import { chooseNumber, pointingTo, type Account, type OwnNumber } from './twilio-account.ts'

export type Tunnel = {
  /** `https://host`, without a slash at the end. */
  readonly url: string
  readonly close: () => Promise<void>
}

export type ServerRun = {
  /** Fulfils with true once it answers calls, or false if it ended before. */
  readonly ready: Promise<boolean>
  /** Fulfils with its exit code. */
  readonly ended: Promise<number>
  readonly stop: () => void
}

export type TunnelParts = {
  readonly account: Account
  readonly wanted: string | null
  readonly openTunnel: () => Promise<Tunnel>
  /** Starts the server with this PUBLIC_URL. It is told to stop by whoever interrupts this program. */
  readonly startServer: (publicUrl: string) => ServerRun
  /** Fulfils when somebody wants to stop: Ctrl-C, SIGTERM. */
  readonly interrupted: Promise<void>
  readonly print: (text: string) => void
}

/** Goes on until the server ends; gives its exit code. The number is put back in any case, as soon as somebody wants to stop. */
export async function runTunnel(parts: TunnelParts): Promise<number> {
  // First what may be missing or refused, before anything is opened.
  const number = chooseNumber(await parts.account.numbers(), parts.wanted)
  const tunnel = await parts.openTunnel()
  try {
    return await serve(parts, number, tunnel)
  } finally {
    await tunnel.close()
  }
}

async function serve(parts: TunnelParts, number: OwnNumber, { url }: Tunnel): Promise<number> {
  const { startServer, interrupted, print } = parts
  print(`Reachable at ${url}`)
  const server = startServer(url)
  const isReady = await Promise.race([server.ready, interrupted.then(() => false)])
  if (!isReady) return server.ended
  const putBack = await pointHere(parts, number, url).catch(async (error: unknown) => {
    server.stop()
    await server.ended
    throw error
  })
  print(
    `\nDial ${number.phoneNumber}, or point a phone's camera at this:\n\n${renderUnicodeCompact(`tel:${number.phoneNumber}`)}\n`,
  )
  print('Ctrl-C puts the number back, and stops once nobody is on the phone; a second Ctrl-C does not wait.')
  try {
    await Promise.race([interrupted, server.ended])
  } finally {
    await putBack()
  }
  // The tunnel stays open while calls go on.
  return server.ended
}

/** Makes the number ring here; gives what undoes it, unless somebody has pointed it elsewhere since. */
async function pointHere({ account, print }: TunnelParts, number: OwnNumber, url: string): Promise<() => Promise<void>> {
  const here = pointingTo(url)
  await account.point(number.sid, here)
  return async () => {
    const now = (await account.numbers()).find(({ sid }) => sid === number.sid)
    if (now?.voiceUrl !== here.voiceUrl) return print(`${number.phoneNumber} was pointed elsewhere meanwhile, and is left so.`)
    const { voiceUrl, statusCallback } = number
    await account.point(number.sid, { voiceUrl, statusCallback })
    print(`${number.phoneNumber} rings ${voiceUrl === '' ? 'nowhere' : `at ${voiceUrl}`} again.`)
  }
}
