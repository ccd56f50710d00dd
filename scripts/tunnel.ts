/** `npm run tunnel`: answers your Twilio number on this machine, from one command. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Config } from '../src/config.ts'
import { Fault, run } from './lib/fault.ts'
import { readOwnConfig } from './lib/own-config.ts'
import { openAccount } from './lib/twilio-account.ts'
import { runTunnel, type ServerRun, type Tunnel } from './lib/tunnel.ts'

const help = `Answers your Twilio number on this machine: opens an ngrok tunnel, starts the server behind it, and makes the number ring there.
At the end the number is put back.

  npm run tunnel

Needs in .env
  TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN   from the first page of console.twilio.com
  NGROK_AUTHTOKEN                            from dashboard.ngrok.com/get-started/your-authtoken (a free account will do)
and takes
  TWILIO_NUMBER   the number meant, if the account has several
  NGROK_DOMAIN    your own domain at ngrok, so that the address stays the same
`

const main = join(import.meta.dirname, '../src/main.ts')

await run(async () => {
  const print = (text: string): void => void process.stdout.write(`${text}\n`)
  if (process.argv.slice(2).some(argument => argument === '--help' || argument === '-h')) return print(help.trimEnd())
  // Whatever stands in .env: the public address is the tunnel's.
  const config = readOwnConfig({ PUBLIC_URL: '' })
  const account = openAccount(config)
  process.exitCode = await runTunnel({
    account,
    wanted: config.twilio.number,
    openTunnel: () => openNgrok(config),
    startServer,
    interrupted: new Promise(resolve => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
    }),
    print,
  })
})

async function openNgrok({ port, ngrok: { authToken, domain } }: Config): Promise<Tunnel> {
  if (authToken === null) {
    throw new Fault(
      2,
      'NGROK_AUTHTOKEN is not set. Get one at dashboard.ngrok.com/get-started/your-authtoken (a free account will do) and put it ' +
        'into .env. With a public address of your own, set PUBLIC_URL instead, and run `npm start` and `npm run number -- set`.',
    )
  }
  const { forward } = await import('@ngrok/ngrok')
  try {
    const listener = await forward({ addr: `127.0.0.1:${port}`, authtoken: authToken.reveal(), ...(domain && { domain }) })
    return { url: listener.url()!.replace(/\/$/, ''), close: () => listener.close() }
  } catch (error) {
    const reason = (error as Error).message.replaceAll(authToken.reveal(), '…')
    throw new Fault(1, `ngrok does not open a tunnel: ${reason}`)
  }
}

/** In this terminal: what it prints is seen, and Ctrl-C reaches it too. Other signals are passed on. */
function startServer(publicUrl: string): ServerRun {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PUBLIC_URL: publicUrl },
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGTERM'))
  const ended = new Promise<number>(resolve => child.once('exit', code => resolve(code ?? 1)))
  const ready = new Promise<boolean>(resolve => {
    child.stdout.on('data', (piece: Buffer) => {
      process.stdout.write(piece)
      if (stripVTControlCharacters(piece.toString()).includes('Ready after')) resolve(true)
    })
    void ended.then(() => resolve(false))
  })
  return { ready, ended, stop: () => void child.kill('SIGTERM') }
}
