import { expect, test } from 'vitest'
import { reach } from '../../scripts/lib/running-server.ts'

test.each([
  ['https://bot.example.com', 'https://bot.example.com/twilio/voice', 'http://127.0.0.1:3000/twilio/voice'],
  ['https://bot.example.com', 'wss://bot.example.com/twilio/media', 'ws://127.0.0.1:3000/twilio/media'],
  ['https://bot.example.com/sales', 'wss://bot.example.com/sales/twilio/media', 'ws://127.0.0.1:3000/twilio/media'],
  ['http://127.0.0.1:3000', 'ws://127.0.0.1:3000/twilio/media', 'ws://127.0.0.1:3000/twilio/media'],
  ['https://bot.example.com', 'https://other.example.com/status', 'https://other.example.com/status'],
])('a server known as %s is reached at %s by way of %s', (publicUrl, address, reachable) => {
  expect(reach(address, { url: 'http://127.0.0.1:3000', publicUrl, authToken: undefined })).toBe(reachable)
})
