/** On what a bench ran and how busy that was: without it, its figures say nothing. */
import { cpus, loadavg } from 'node:os'

export type Machine = { readonly cpu: string; readonly cores: number; readonly node: string }

export const machine = (): Machine => ({ cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version })

/** Tasks that ran or waited to run, averaged over the last minute. Above the number of cores, somebody waited. */
export const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10

export const describeMachine = ({ cpu, cores, node }: Machine, before: number, after: number): string =>
  `${cpu}, ${cores} cores, Node ${node}; load ${before.toFixed(1)} before, ${after.toFixed(1)} after`
