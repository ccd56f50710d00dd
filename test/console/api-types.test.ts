import { expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type * as shapes from '../../src/api/shapes.ts'
import type * as page from '../../src/console/api-types.ts'
import type { TalkBegun } from '../../src/talk.ts'

/** The API names what a reply's line, ground and outcome may be only as texts. */
type Told<T extends { readonly calls: readonly { readonly turns: readonly object[] }[] }> = Omit<T, 'calls'> & {
  readonly calls: readonly (Omit<T['calls'][number], 'turns'> & {
    readonly turns: readonly Omit<T['calls'][number]['turns'][number], 'line' | 'basis' | 'outcome'>[]
  })[]
}

it('the page expects of the API no more than the API promises (checked by `npm run types`)', () => {
  expectTypeOf<z.output<typeof shapes.streaming>>().toExtend<page.Stages>()
  expectTypeOf<z.output<typeof shapes.liveCalls>['calls'][number]>().toExtend<page.LiveCall>()
  expectTypeOf<z.output<typeof shapes.conversationPage>>().toExtend<page.ConversationPage>()
  expectTypeOf<z.output<typeof shapes.overview>>().toExtend<page.Overview>()
  expectTypeOf<Told<z.output<typeof shapes.conversation>>>().toExtend<Told<page.RecordedConversation>>()
  expectTypeOf<z.output<typeof shapes.timedWords>>().toExtend<page.WordsOfCall>()
  expectTypeOf<TalkBegun>().toExtend<page.TalkBegun>()
})
