/** What a process has cost so far, by /proc: Linux only; NaN elsewhere. */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The kernel counts processor time in ticks of so many milliseconds. */
const TICK_MS = 10

/** Processor time of all its threads, user and system. */
export function cpuMs(child: ChildProcess): number {
  const fields = read(child, 'stat').split(') ')[1]?.split(' ')
  return (Number(fields?.[11]) + Number(fields?.[12])) * TICK_MS
}

export const residentMb = (child: ChildProcess): number => Number(/VmRSS:\s+(\d+)/.exec(read(child, 'status'))?.[1]) / 1024

function read(child: ChildProcess, file: string): string {
  try {
    return readFileSync(`/proc/${child.pid}/${file}`, 'utf8')
  } catch {
    // No such folder on other systems: the figure is then not a number, and shown as missing.
    return ''
  }
}
