//! One-time codes of a device (TOTP, RFC 6238: SHA-1, six digits, 30 s, what every application for it takes), and the
//! picture and the text that bring the secret there without anybody else.

use hmac::{Hmac, KeyInit, Mac};
use qrcodegen::{QrCode, QrCodeEcc};
use sha1::Sha1;

use super::super::link;

/// Bytes of a secret: RFC 4226 §4 asks for 16, and recommends 20.
pub(super) const SECRET: usize = 20;
const STEP: i64 = 30_000_000;
const DIGITS: usize = 6;
/// Light around the picture, in modules.
const QUIET: i32 = 4;

/// The step of 30 s of a moment in microseconds.
fn step(micros: i64) -> i64 {
    micros.div_euclid(STEP)
}

/// The code of a step (RFC 4226 §5.3).
fn code(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(hash[19] & 0xf);
    let cut = [hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]];
    format!("{:06}", u32::from_be_bytes(cut) % 1_000_000)
}

/// The step whose code this is, now or one step before or after: clocks differ.
pub(super) fn matched(secret: &[u8], typed: &str, now: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if typed.len() != DIGITS {
        return None;
    }
    let around = [0, -1, 1].map(|offset| step(now) + offset);
    around.into_iter().find(|step| code(secret, *step) == typed)
}

/// The code of this moment, for tests that type it.
#[cfg(test)]
pub(in super::super) fn now(secret: &[u8], micros: i64) -> String {
    code(secret, step(micros))
}

/// A secret as an application takes it by hand: base 32 (RFC 4648), in fours.
pub(super) fn spelled(secret: &[u8]) -> String {
    let letters = base32(secret);
    let fours: Vec<&str> = (0..letters.len())
        .step_by(4)
        .map(|from| &letters[from..letters.len().min(from + 4)])
        .collect();
    fours.join(" ")
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits)) as usize & 31]));
    }
    text
}

/// The address that hands a secret to an application on the same device.
pub(super) fn address(secret: &[u8], agent: &str) -> String {
    let (issuer, agent) = (link::encoded("Orfèvre"), link::encoded(agent));
    let secret = base32(secret);
    format!("otpauth://totp/{issuer}:{agent}?secret={secret}&issuer={issuer}")
}

/// The same as a picture for a telephone's camera.
pub(super) struct Picture {
    /// Modules of a side, quiet zone included.
    pub(super) side: i32,
    /// The dark modules, as an SVG path.
    pub(super) path: String,
}

/// None when the text is too long for one.
pub(super) fn picture(text: &str) -> Option<Picture> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    Some(Picture {
        side: code.size() + 2 * QUIET,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, the last six of eight digits.
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, step(seconds * 1_000_000)), expected);
        }
    }

    #[test]
    fn a_code_is_good_for_a_step_before_and_after_and_no_longer() {
        let at = 1_111_111_109_000_000;
        for (typed, offset, expected) in [
            ("081804", 0, true),
            ("081 804", 0, true),
            ("081804", STEP, true),
            ("081804", -STEP, true),
            ("081804", 2 * STEP, false),
            ("081804", -2 * STEP, false),
            ("81804", 0, false),
            ("0818041", 0, false),
            ("", 0, false),
        ] {
            let found = matched(SECRET, typed, at + offset);
            assert_eq!(found, expected.then_some(step(at)), "{typed} {offset}");
        }
    }

    #[test]
    fn a_secret_is_spelled_as_rfc_4648_has_it() {
        for (bytes, expected) in [
            (&b""[..], ""),
            (b"f", "MY"),
            (b"fo", "MZXQ"),
            (b"foobar", "MZXW6YTBOI"),
            (SECRET, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        ] {
            assert_eq!(base32(bytes), expected);
        }
        assert_eq!(spelled(b"foobar"), "MZXW 6YTB OI");
        assert_eq!(
            address(b"foobar", "a&b"),
            "otpauth://totp/Orf%C3%A8vre:a%26b?secret=MZXW6YTBOI&issuer=Orf%C3%A8vre"
        );
        assert!(picture(&address(SECRET, "a")).unwrap().side > 21 + 2 * QUIET);
        assert!(picture(&"x".repeat(5000)).is_none());
    }
}
