declare global {
  var __webpack_nonce__: string | undefined
}

// The server writes a fresh nonce into this element in every response; in development there is none.
const holder = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')

/** The nonce that style elements made at run time must carry, or the Content-Security-Policy drops them. */
export const nonce = holder?.nonce || holder?.getAttribute('nonce') || ''

// The scroll lock under Mantine's dialogs asks for the nonce by this name (npm get-nonce).
globalThis.__webpack_nonce__ = nonce
