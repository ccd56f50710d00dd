/** The configuration of the server on this machine: its .env, and what was set besides. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig, type Config, type Environment } from '../../src/config.ts'
import { StartFault } from '../../src/start.ts'
import { Fault } from './fault.ts'

/** `overrides` stand in for what the environment says. */
export function readOwnConfig(overrides: Environment = {}): Config {
  try {
    process.loadEnvFile(join(import.meta.dirname, '../../.env'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  try {
    return readConfig({ ...process.env, ...overrides }, path => readFileSync(path, 'utf8'))
  } catch (error) {
    throw error instanceof StartFault ? new Fault(2, error.message) : error
  }
}
