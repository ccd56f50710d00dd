/** Lets this process, and only this one, believe the emulator's certificate. A separate process: NODE_EXTRA_CA_CERTS=caFile. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import tls from 'node:tls'

export const caFile = fileURLToPath(new URL('tls/ca.pem', import.meta.url))

export function trustEmulators(): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(caFile, 'utf8')])
}
