package identity

import (
	"crypto/subtle"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

const totpPeriod = 30 // seconds; the only period that every authenticator app knows

// newTOTP makes a secret for an account, with SHA-1 and six digits: what every app supports (RFC 6238).
func newTOTP(rand io.Reader, issuer, email string) (*otp.Key, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: email, Rand: rand, SecretSize: 20, Period: totpPeriod})
	if err != nil {
		return nil, fmt.Errorf("make totp secret: %w", err)
	}
	return key, nil
}

// totpStep finds the time step, of the last, the current and the next one, whose code this is. It takes the same time
// for a right and a wrong code. ok is false for a wrong code and for a step that was used before.
func totpStep(secret, code string, now time.Time, used int64) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	current := now.Unix() / totpPeriod
	for candidate := current - 1; candidate <= current+1; candidate++ {
		want, err := hotp.GenerateCode(secret, uint64(candidate))
		if err != nil {
			return 0, false
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && candidate > used {
			step, ok = candidate, true
		}
	}
	return step, ok
}

// qrSVG draws a text as a QR code: an SVG document without styles or scripts.
func qrSVG(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("draw qr code: %w", err)
	}
	const quiet = 4 // modules of white around it (ISO/IEC 18004)
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="%[2]s"/></svg>`,
		size+2*quiet, path.String()), nil
}

// issuer names the installation in an authenticator app.
func issuer(public *url.URL) string { return "Ambit (" + public.Hostname() + ")" }
