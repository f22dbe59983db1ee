import { expect, test } from 'vitest'
import { loginOf } from './login'

test('a sign-in comes back to where the person wanted to go', () => {
  expect(loginOf('okta', undefined)).toBe('/sso/okta/login')
  expect(loginOf('okta', '/audit?effect=deny&q=a b')).toBe(
    '/sso/okta/login?return=%2Faudit%3Feffect%3Ddeny%26q%3Da%20b',
  )
  expect(loginOf('../x', '/')).toBe('/sso/..%2Fx/login?return=%2F')
})
