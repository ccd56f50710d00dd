import { describe, expect, test } from 'vitest'
import { readWeights } from '../../../src/providers/local/weights.ts'

const licence = { packageName: '@moonshine-ai/moonshine-js', file: 'LICENSE' }

describe('Weights that came with a package', () => {
  test('are not used if they are not exactly the ones expected', async () => {
    await expect(readWeights({ ...licence, sha256: '0'.repeat(64) })).rejects.toThrow(
      /moonshine-js\/LICENSE is damaged or of another version .* delete its package and run `npm ci`/,
    )
  })

  test('are asked for by name if they are missing', async () => {
    await expect(readWeights({ packageName: '@moonshine-ai/none', file: 'tiny.onnx', sha256: '' })).rejects.toThrow(
      '@moonshine-ai/none/tiny.onnx is not installed: run `npm ci`',
    )
  })
})
