import { describeSpeak } from '../../conformance/speak.ts'
import { startBench } from './bench.ts'

describeSpeak('ElevenLabs by WebSocket', {
  start: async () => {
    const bench = await startBench({ profile: { realTimeFactor: 20 } })
    return {
      openVoice: bench.openVoice,
      pass: bench.pass,
      breakDown: () =>
        bench.service.fault({ type: 'refuse-text', error: 'quota_exceeded', message: 'None left.', code: 1008, times: Infinity }),
      // The open socket itself has one timer, for its keep-alive.
      held: () => bench.service.openContexts() + Math.max(0, bench.timers() - bench.service.openSockets()),
      close: bench.close,
    }
  },
})

describeSpeak('ElevenLabs by HTTP', {
  start: async () => {
    const bench = await startBench({ faults: [{ type: 'refuse-socket', status: 503, times: Infinity }] })
    return {
      openVoice: bench.openVoice,
      pass: bench.pass,
      breakDown: () =>
        bench.service.fault({ type: 'http', status: 401, body: '{"detail":{"status":"quota_exceeded"}}', times: Infinity }),
      // While the service refuses sockets, the voice has one timer, for its next attempt.
      held: () => bench.service.openRequests() + Math.max(0, bench.timers() - 1),
      close: bench.close,
    }
  },
})
