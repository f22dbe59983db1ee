import type { PasskeyOptions, PasskeyResponse } from '../api/generated'

/** passkeysWork is false where the browser has none, and on an IP address, which can't be a relying party's id. */
export function passkeysWork(): boolean {
  const host = window.location.hostname
  return 'PublicKeyCredential' in window && !/^[\d.]+$|^\[/.test(host)
}

/** createPasskey asks the browser for a new passkey (WebAuthn Level 3, section 5.1.9). */
export async function createPasskey(options: PasskeyOptions): Promise<PasskeyResponse> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options.publicKey as PublicKeyCredentialCreationOptionsJSON,
  )
  return answerOf(navigator.credentials.create({ publicKey }))
}

/** askPasskey asks the browser to sign a challenge with a passkey (WebAuthn Level 3, section 5.1.10). */
export async function askPasskey(options: PasskeyOptions): Promise<PasskeyResponse> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options.publicKey as PublicKeyCredentialRequestOptionsJSON,
  )
  return answerOf(navigator.credentials.get({ publicKey }))
}

async function answerOf(pending: Promise<Credential | null>): Promise<PasskeyResponse> {
  let credential: Credential | null
  try {
    credential = await pending
  } catch (error) {
    // NotAllowedError is all a page learns when the person closed the browser's dialog or waited too long.
    if (error instanceof DOMException && error.name === 'NotAllowedError') {
      throw new Error('The browser gave no passkey: the dialog was closed, or it took too long. Try again.')
    }
    throw error
  }
  if (!(credential instanceof PublicKeyCredential)) throw new Error('The browser gave no passkey. Try again.')
  return { ...credential.toJSON() }
}
