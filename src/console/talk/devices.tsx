/** Which microphone and loudspeaker to talk with. Browsers name them only once the page may use one. */
import { useEffect, useId, useState } from 'preact/hooks'
import type { Devices } from './audio.ts'

type DeviceParts = { readonly chosen: Devices; readonly choose: (devices: Devices) => void; readonly isLive: boolean }

export function DeviceChoice({ chosen, choose, isLive }: DeviceParts) {
  const devices = useDevices(isLive)
  const list = (kind: MediaDeviceKind) => devices.filter(device => device.kind === kind && device.deviceId !== '')
  const canChooseSpeaker = 'setSinkId' in AudioContext.prototype
  return (
    <div class="devices" role="group" aria-label="Devices">
      <Choice
        name="Microphone"
        value={chosen.microphone}
        devices={list('audioinput')}
        choose={microphone => choose({ ...chosen, microphone })}
      />
      {canChooseSpeaker && (
        <Choice
          name="Loudspeaker"
          value={chosen.speaker}
          devices={list('audiooutput')}
          choose={speaker => choose({ ...chosen, speaker })}
        />
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={chosen.echoCancellation}
          onChange={event => choose({ ...chosen, echoCancellation: event.currentTarget.checked })}
        />{' '}
        Keep the loudspeaker out of the microphone
      </label>
    </div>
  )
}

type ChoiceParts = {
  readonly name: string
  readonly value: string
  readonly devices: readonly MediaDeviceInfo[]
  readonly choose: (id: string) => void
}

function Choice({ name, value, devices, choose }: ChoiceParts) {
  const id = useId()
  return (
    <div>
      <label class="label" for={id}>
        {name}
      </label>
      <select id={id} value={value} onChange={event => choose(event.currentTarget.value)}>
        <option value="">As the browser chooses</option>
        {devices.map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId}>
            {label || `${name} ${index + 1}`}
          </option>
        ))}
      </select>
    </div>
  )
}

function useDevices(isLive: boolean): readonly MediaDeviceInfo[] {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([])
  useEffect(() => {
    // Missing on a page that came unencrypted from another machine.
    const known = navigator.mediaDevices as MediaDevices | undefined
    if (!known) return
    const look = (): void => void known.enumerateDevices().then(setDevices, () => undefined)
    look()
    known.addEventListener('devicechange', look)
    return () => known.removeEventListener('devicechange', look)
  }, [isLive])
  return devices
}
