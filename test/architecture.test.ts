import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureFaults, type Rules } from './support/architecture.ts'

/** Arrows go one way. A new folder or file of src/ takes its place here first. */
const rules: Rules = {
  areas: {
    audio: [],
    ports: ['audio'],
    // The heart knows what a call needs, never who provides it.
    call: ['audio', 'ports'],
    assistant: ['ports'],
    // A provider knows neither another provider nor what becomes of its words.
    'providers/*': ['audio', 'ports', 'assistant'],
    // What the telephone side knows of a call is its handle in calls.ts.
    tools: ['assistant', 'ports', 'secret', 'store'],
    twilio: ['audio', 'calls', 'log', 'loopback', 'ports', 'secret', 'start'],
    redact: ['call'],
    store: ['audio', 'call', 'event-stream', 'ports', 'redact', 'start'],
    // Between the calls: what a call leaves behind in memory, and what the next one is told of it.
    memory: ['assistant', 'ports', 'store'],
    // Which facts of many go along with a request.
    knowledge: ['assistant'],
    // What services allow: told by their adapters, asked for at the ring.
    budgets: ['call', 'calls', 'ports'],
    // It acts on calls by their handles.
    api: ['calls', 'event-stream', 'ports', 'store'],
    calls: ['guarded-call', 'log', 'ports'],
    'guarded-call': ['calls', 'log'],
    clock: ['ports'],
    'cost-ceiling': ['log', 'observe', 'ports', 'store'],
    config: ['assistant', 'log', 'secret', 'start'],
    'event-stream': [],
    log: ['redact'],
    // Watches calls and never takes part: nobody but who puts a call together knows of it.
    observe: ['call', 'ports', 'store'],
    loopback: [],
    overload: ['log', 'ports'],
    operator: ['loopback', 'secret'],
    'rate-limits': [],
    secret: [],
    start: [],
    talk: ['calls', 'log', 'twilio'],
    'console-build': [],
    'console-pages': [],
    server: ['calls', 'console-pages', 'event-stream', 'log', 'operator', 'ports', 'rate-limits', 'secret', 'talk', 'twilio'],
    legs: ['call', 'calls', 'clock', 'store', 'twilio'],
    services: 'everything',
    'make-call': 'everything',
    main: 'everything',
  },
  pure: new RegExp(
    `^src/(${[
      'audio/.*',
      'twilio/media-stream',
      'call/spoken-form/.*',
      'call/(turns|facts|rules|keypad|history|hearing|remembered-hearing|media-time)',
      'call/(transcript|phrases|asides|track|spoken)',
      'call/(certificate|conversation|consent|broken-off|mouth|mark-name|timed-words)',
      'redact/.*',
      'budgets/(allowance|at-once|rate|sessions)',
      'store/(call-cost|call-usage|call-record|complaint|prices)',
      'observe/(reply-times|fault|measures|call-spans)',
    ].join('|')})\\.ts$`,
  ),
  purePackages: ['alawmulaw', 'zod'],
  withoutPackages: ['call', 'ports', 'assistant', 'clock'],
  browser: {
    areas: ['console'],
    // Only what computes and does nothing else; and of anything, its types would do no harm but are stated here too.
    borrows: new RegExp('^src/(audio/.*|call/(certificate|conversation|facts|journal|mark-name|mouth|rules|timed-words))\\.ts$'),
    packages: /^(preact(\/hooks|\/compat)?|@preact\/signals|.*\.css)$/,
  },
  outside: [
    'Date',
    'Math.random',
    'crypto',
    'performance',
    'process',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'AbortSignal.timeout',
    'node:perf_hooks',
    'node:process',
    'node:timers',
    'node:timers/promises',
  ],
  mayTouch: {
    'src/clock.ts': { names: ['Date', 'performance', 'setTimeout'], because: 'it is the clock that all others are given' },
    'src/main.ts': {
      names: ['node:perf_hooks', 'process'],
      because: 'it alone reads the environment, heeds signals and looks at how busy the process is',
    },
    'src/make-call.ts': { names: ['Date'], because: 'a journal bears the date on which its call began' },
  },
}

const faultsOf = (files: Readonly<Record<string, string>>): readonly string[] =>
  architectureFaults(new Map(Object.entries(files)), rules)

describe('the architecture', () => {
  it('holds', () => {
    const paths = globSync('src/**/*.{ts,tsx}').map(path => path.replaceAll('\\', '/'))
    expect(paths.length).toBeGreaterThan(20)
    expect(architectureFaults(new Map(paths.map(path => [path, readFileSync(path, 'utf8')])), rules)).toEqual([])
  })

  it('allows no more than is needed', () => {
    for (const path of Object.keys(rules.mayTouch)) {
      const { names } = rules.mayTouch[path]!
      const touching = architectureFaults(new Map([[path, readFileSync(path, 'utf8')]]), { ...rules, mayTouch: {} })
      expect(touching.toSorted()).toEqual(names.map(name => `${path} touches ${name}`).toSorted())
    }
  })

  it.each<[why: string, path: string, text: string, fault: string]>([
    ['the heart knows a provider', 'src/call/call.ts', "import { a } from '../providers/openai/openai.ts'", 'may not import'],
    ['the heart knows Twilio', 'src/call/player.ts', "import type { Line } from '../twilio/line.ts'", 'may not import'],
    ['the heart knows the server', 'src/call/call.ts', "import '../server.ts'", 'may not import'],
    ['the heart needs a package', 'src/call/reply.ts', "import OpenAI from 'openai'", 'imports no packages'],
    ['the heart reads a file', 'src/call/journal.ts', "import { open } from 'node:fs'", 'imports no packages'],
    [
      'turn-taking runs the player',
      'src/call/turns.ts',
      "import { Player } from './player.ts'",
      'is pure but imports src/call/player.ts',
    ],
    ['turn-taking half-imports it', 'src/call/turns.ts', "import { type Player } from './player.ts'", 'is pure but imports'],
    ['turn-taking passes it on', 'src/call/turns.ts', "export { Player } from './player.ts'", 'is pure but imports'],
    ['the wire opens a socket', 'src/twilio/media-stream.ts', "import { WebSocket } from 'ws'", 'is pure but imports ws'],
    ['audio is read from disk', 'src/audio/wav.ts', "import { readFileSync } from 'node:fs'", 'is pure but imports node:fs'],
    ['a provider knows another', 'src/providers/openai/a.ts', "import { b } from '../elevenlabs/b.ts'", 'may not import'],
    ['a provider knows the heart', 'src/providers/openai/a.ts', "import type { T } from '../../call/turns.ts'", 'may not import'],
    [
      'a provider reads the configuration',
      'src/providers/openai/a.ts',
      "const c = await import('../../config.ts')",
      'may not import',
    ],
    ['Twilio knows the heart', 'src/twilio/stream.ts', "import { Call } from '../call/call.ts'", 'may not import'],
    ['the server makes calls', 'src/server.ts', "import { Call } from './call/call.ts'", 'may not import'],
    ['a newcomer has no place', 'src/newcomer.ts', '', 'has no place in the rules'],
    ['a folder has no place', 'src/helpers/a.ts', '', 'has no place in the rules'],
    ['the date is read', 'src/call/journal.ts', 'const now = Date.now()', 'touches Date'],
    ['the date is made', 'src/store/a.ts', 'const now = new Date()', 'touches Date'],
    ['time is read', 'src/call/call.ts', 'const now = performance.now()', 'touches performance'],
    ['a timer is set', 'src/providers/openai/a.ts', 'setTimeout(() => {}, 20)', 'touches setTimeout'],
    ['a timer is handed on', 'src/twilio/a.ts', 'const later = { setTimeout }', 'touches setTimeout'],
    ['a timer is imported', 'src/server.ts', "import timers from 'node:timers/promises'", 'touches node:timers/promises'],
    [
      'a signal times itself',
      'src/providers/openai/a.ts',
      'fetch(u, { signal: AbortSignal.timeout(1) })',
      'touches AbortSignal.timeout',
    ],
    ['chance is asked', 'src/call/rules.ts', 'const x = Math.random()', 'touches Math.random'],
    [
      'the page knows the server',
      'src/console/a.tsx',
      "import { b } from '../operator.ts'",
      'runs in a browser and may not import',
    ],
    ['the page runs a call', 'src/console/a.tsx', "import type { C } from '../call/call.ts'", 'may not import src/call/call.ts'],
    ['the page reads a file', 'src/console/a.ts', "import { a } from 'node:fs'", 'may not import node:fs'],
    ['the page wants a package', 'src/console/a.tsx', "import x from 'ws'", 'may not import ws'],
    ['the server knows the page', 'src/server.ts', "import { routeOf } from './console/routes.ts'", 'may not import'],
    ['the environment is read', 'src/config.ts', 'const port = process.env.PORT', 'touches process'],
  ])('is broken when %s', (_, path, text, fault) => {
    const faults = faultsOf({ [path]: text })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(path)
    expect(faults[0]).toContain(fault)
  })

  it('is broken when files need each other to be loaded', () => {
    const a = "import { b } from './b.ts'"
    const b = "import { a } from './a.ts'"
    expect(faultsOf({ 'src/store/a.ts': a, 'src/store/b.ts': b })).toEqual([
      'src/store/a.ts -> src/store/b.ts -> src/store/a.ts is a circle',
    ])
    expect(faultsOf({ 'src/store/a.ts': a, 'src/store/b.ts': b.replace('import', 'import type') })).toEqual([])
  })

  it.each<[what: string, path: string, text: string]>([
    ['a type of a port', 'src/call/turns.ts', "import type { Word } from '../ports.ts'"],
    ['a pure leaf', 'src/call/turns.ts', "import { record } from './facts.ts'"],
    ['a property of that name', 'src/call/call.ts', 'queue.process(entry.Date, clock.performance)'],
    ['a method of that name', 'src/call/call.ts', 'const x = { setTimeout() {}, process: 1 }'],
    ['a word in a comment or text', 'src/call/call.ts', "// Date.now()\nconst x = 'process.env'"],
    ['the page looking at its clock', 'src/console/a.tsx', 'const a = <p>{Date.now()}</p>'],
    ['the page folding a certificate', 'src/console/a.ts', "import { Certificates } from '../call/certificate.ts'"],
    ['arithmetic', 'src/call/call.ts', 'Math.round(1.5)'],
  ])('is not broken by %s', (_, path, text) => {
    expect(faultsOf({ [path]: text })).toEqual([])
  })
})
