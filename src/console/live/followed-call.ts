/** One call as it happens: its journal, followed from the beginning, and what is folded from it. */
import { useEffect, useState } from 'preact/hooks'
import { Certificates, type Certificate } from '../../call/certificate.ts'
import { close, follow, newConversation, type Conversation } from '../../call/conversation.ts'
import type { Entry, Heading } from '../../call/journal.ts'
import type { MouthCurve } from '../../call/mouth.ts'
import { epoch } from '../api.ts'
import { followEvents } from '../events.ts'
import { followFloor, newFloor, type Floor } from './floor.ts'

export type FollowedCall = {
  readonly heading: Heading | null
  readonly conversation: Conversation
  readonly floor: Floor
  readonly turns: readonly Certificate[]
  /** The server has said that the call is over. */
  readonly over: boolean
  /** On this browser's clock, when `floor.nowMs` was that. */
  readonly toldAtMs: number
}

const NOTHING: FollowedCall = {
  heading: null,
  conversation: newConversation,
  floor: newFloor,
  turns: [],
  over: false,
  toldAtMs: 0,
}

/** For who wants more of the events than is folded here. The same object each time. */
export type AlsoFollow = {
  readonly opened: () => void
  readonly entry: (entry: Entry) => void
  readonly mouth: (curve: MouthCurve & { readonly id: number }) => void
}

/** Drawn once a frame at most: a call that is looked at late tells its whole journal at once. */
export function useFollowedCall(callSid: string, also?: AlsoFollow): FollowedCall {
  const [call, setCall] = useState(NOTHING)
  const count = epoch.value
  useEffect(() => {
    let certificates = new Certificates()
    let latest = NOTHING
    let frame = 0
    const draw = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0
        setCall(latest)
      })
    }
    const begin = (): void => {
      also?.opened()
      certificates = new Certificates()
      latest = NOTHING
    }
    const take = (entry: Entry): void => {
      also?.entry(entry)
      certificates.take(entry)
      latest = {
        heading: entry.type === 'call' ? entry : latest.heading,
        conversation: follow(latest.conversation, entry),
        floor: followFloor(latest.floor, entry),
        turns: certificates.all,
        over: latest.over,
        toldAtMs: performance.now(),
      }
      draw()
    }
    const end = (): void => {
      latest = { ...latest, conversation: close(latest.conversation), floor: { ...latest.floor, over: true }, over: true }
      draw()
    }
    const stop = followEvents(`/api/calls/${callSid}/events`, {
      opened: begin,
      on: { message: take, ...(also && { mouth: also.mouth }) },
      ended: end,
    })
    return () => {
      stop()
      cancelAnimationFrame(frame)
    }
  }, [callSid, count, also])
  return call
}

/** How late it is on the call, by this browser's clock; asked for again some times a second while the call goes on. */
export function useCallTime({ floor, over, toldAtMs }: FollowedCall): number {
  const [, redraw] = useState(0)
  useEffect(() => {
    if (over) return
    const timer = setInterval(() => redraw(before => before + 1), 200)
    return () => clearInterval(timer)
  }, [over])
  return over ? floor.nowMs : floor.nowMs + Math.max(0, performance.now() - toldAtMs)
}
