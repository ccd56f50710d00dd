import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { explain } from '../../scripts/lib/explain/explanation.ts'
import { readJournal } from '../../scripts/lib/explain/read-journal.ts'
import { renderExplanation } from '../../scripts/lib/explain/render.ts'
import type { Entry } from '../../src/call/journal.ts'
import { entriesOf, headingOf } from '../store/played-call.ts'

const loan = join(import.meta.dirname, '../fixtures/calls/loan')
const whole = { damaged: 0, firstDamaged: null, torn: false }
const told = (entries: readonly Entry[]): string => renderExplanation(explain(entries), 'data/calls/CA1', whole)
const played = entriesOf(headingOf(1))

describe('the explanation of a call', () => {
  it('says of each turn whether it was on time, and draws where its time went', () => {
    const text = told(played)
    expect(text).toMatch(/Turn 2 · \d\d:\d\d · ".+" · 5\d\d ms, on time\n {2}silence +░+ +0 → 500\n {2}words settled +▓+/)
  })

  it('blames the stage that took longer than it may', () => {
    const token = played.findLastIndex(
      entry => entry.type === 'input' && entry.input.type === 'reply' && entry.input.news.type === 'thinking-aloud',
    )
    const late = played.map((entry, n) => (n < token ? entry : { ...entry, at: entry.at + 2000, ms: entry.ms + 2000 }))
    const turn = explain(late).turns.at(-1)!
    expect(turn.stages.filter(({ slow }) => slow).map(({ stage }) => stage)).toContain('model, first token')
    expect(told(late)).toMatch(/late: .*model, first token took 2\d\d\d ms \(budget 300\)/)
  })

  it('tells which drafts were thrown away, for what words, and why', () => {
    expect(told(played)).toMatch(/draft 2 for ".+" was thrown away after \d+ ms: the words changed/)
  })

  it('tells what stopped a reply and what came of it: an aside, or words that end it', () => {
    const { entries } = readJournal(loan, '')
    const [first, second] = explain(entries).turns.flatMap(({ bargeIns }) => bargeIns)
    expect(first).toMatchObject({ became: 'resumed', words: 'Okay.', atMs: 18_120 })
    expect(first!.sound).toMatch(/^the caller's voice since 18\.06 s$/)
    expect(second).toMatchObject({ became: 'interrupted', words: 'No, I just want to.' })
    expect(told(entries)).toContain('went on 414 ms later: "Okay." was an aside')
  })

  it('sums the cost up by service, drafts thrown away apart, and never takes unknown for nothing', () => {
    const text = told(played)
    expect(text).toMatch(/Cost: \$0\.\d{4}, as far as it is known, by list price/)
    expect(text).toMatch(/model, drafts thrown away +unknown/)
    expect(text).toMatch(/recogniser +\$0\.\d{4}/)
  })

  it('tells faults, and stages that stalled, in the order in which they came', () => {
    const faults = [
      { at: 5000, ms: 5000, type: 'trouble', provider: 'OpenAI', stage: 'headers', message: 'OpenAI (headers): too late' },
      { at: 65_000, ms: 65_000, type: 'stalled', stage: 'voice', forMs: 1200 },
    ] satisfies readonly Entry[]
    expect(told([...played, ...faults])).toContain(
      "Faults\n  00:05  OpenAI (headers): too late\n  01:05  stalled: it was the bot's turn, and nothing came of the voice for 1200 ms",
    )
    expect(told(played)).toContain('No fault.')
  })

  it('ends with how to run the call again', () => {
    expect(told(played)).toMatch(/Run it again: npm run replay -- data\/calls\/CA1\n$/)
  })

  it('tells what there is of a call whose process died at any moment', () => {
    for (let length = 1; length < played.length; length += 7)
      expect(told(played.slice(0, length))).toContain('its process ended before it did')
  })
})

describe('npm run explain', () => {
  const sid = `CA${'ab'.repeat(16)}`
  let dataDir = ''
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'halfsecond-explain-'))
    mkdirSync(join(dataDir, 'calls'))
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  })
  const callsDir = (): string => join(dataDir, 'calls')

  it('finds a call by its folder, its journal or its CallSid, the newest of that name', () => {
    cpSync(loan, join(callsDir(), sid), { recursive: true })
    cpSync(loan, join(callsDir(), `${sid}-2`), { recursive: true })
    expect(readJournal(sid, callsDir()).folder).toBe(join(callsDir(), `${sid}-2`))
    expect(readJournal(join(callsDir(), sid, 'journal.ndjson'), '').folder).toBe(join(callsDir(), sid))
  })

  it('passes over lines that are damaged, and says so', () => {
    const lines = played.map(entry => JSON.stringify(entry))
    const damaged = [...lines.slice(0, 4), '{"at":1', 'null', '3', ...lines.slice(4), '{"torn'].join('\n')
    mkdirSync(join(callsDir(), sid))
    writeFileSync(join(callsDir(), sid, 'journal.ndjson'), damaged)
    const { entries, folder, ...damage } = readJournal(sid, callsDir())
    expect(damage).toEqual({ damaged: 3, firstDamaged: 5, torn: true })
    expect(entries).toHaveLength(played.length)
    const text = renderExplanation(explain(entries), folder, damage)
    expect(text).toContain('! 3 lines of the journal cannot be read, the first is line 5')
    expect(text).toContain('! The journal ends in the middle of a line')
  })

  it('says clearly what there is not', () => {
    expect(() => readJournal(sid, callsDir())).toThrow(`There is no call ${sid} in ${callsDir()}`)
    expect(() => readJournal('nonsense', callsDir())).toThrow('There is no nonsense, and it is no CallSid')
    expect(() => readJournal(dataDir, callsDir())).toThrow('it is not the folder of a call')
    writeFileSync(join(dataDir, 'journal.ndjson'), 'no\nentry\n')
    expect(() => readJournal(dataDir, callsDir())).toThrow('holds no entry that can be read')
  })

  it('is told to programs as JSON, by a CallSid in DATA_DIR', async () => {
    cpSync(loan, join(callsDir(), sid), { recursive: true })
    const script = join(import.meta.dirname, '../../scripts/explain.ts')
    const env = { PATH: process.env['PATH'], DATA_DIR: dataDir }
    const { stdout: output } = await promisify(execFile)(process.execPath, [script, sid, '--json'], { env })
    expect(JSON.parse(output)).toMatchObject({ folder: join(callsDir(), sid), damaged: 0, ended: 'caller-hung-up', troubles: [] })
  })
})
