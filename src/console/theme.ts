/** Light or dark: as the system says, unless somebody chose here; that choice is kept in this browser. */
import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const KEY = 'halfsecond-theme'

export const theme = signal<Theme>(kept())

/** The next of the three. */
export function turnTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!
}

/** style.css states every colour for both. To be called once. */
export function applyTheme(): void {
  effect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
    try {
      localStorage.setItem(KEY, theme.value)
    } catch {
      // A browser that keeps nothing begins with the system's again.
    }
  })
}

function kept(): Theme {
  try {
    return THEMES.find(each => each === localStorage.getItem(KEY)) ?? 'system'
  } catch {
    return 'system'
  }
}
