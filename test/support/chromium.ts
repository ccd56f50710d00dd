/** Debian's Chromium, with a microphone and a camera that the browser makes up. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export const hasChromium = (): boolean => existsSync(CHROMIUM)

export type BrowserOptions = {
  /** A WAV that the made-up microphone plays, over and over unless the name ends in `%noloop`. */
  readonly microphone?: string
}

export const launchBrowser = ({ microphone }: BrowserOptions = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`]),
    ],
  })
