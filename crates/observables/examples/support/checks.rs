//! Check characters, written from the standards and not from the crate that is measured.

use sha2::{Digest, Sha256};
use sha3::{Keccak256, Sha3_256};

const BITCOIN: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The alphabet of the XRP Ledger.
pub(crate) const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// Luhn's check digit of the digits before it.
pub(crate) fn luhn(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}

/// Letters as numbers from 10, and the whole modulo 97 (ISO 7064).
pub(crate) fn mod97(text: &str) -> u64 {
    text.chars().fold(0, |rest, character| {
        let value = u64::from(character.to_digit(36).unwrap_or(0));
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    })
}

/// An IBAN of a country and its national account.
pub(crate) fn iban(country: &str, account: &str) -> String {
    let check = 98 - mod97(&format!("{account}{country}00"));
    format!("{country}{check:02}{account}")
}

/// The key of a French account: its letters count 1 to 9 as on a telephone of bankers.
pub(crate) fn rib_key(account: &str) -> u64 {
    let digits = account
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'I' => byte - b'A' + 1,
            b'J'..=b'R' => byte - b'J' + 1,
            _ => byte - b'S' + 2,
        })
        .fold(0u64, |rest, digit| (rest * 10 + u64::from(digit)) % 97);
    97 - digits * 100 % 97
}

/// Bytes in base 58; leading zero bytes are leading first characters.
pub(crate) fn base58(bytes: &[u8], alphabet: &[u8; 58]) -> String {
    let mut digits: Vec<u32> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    std::iter::repeat_n(0, zeros)
        .chain(digits.into_iter().rev())
        .map(|digit| char::from(alphabet[digit as usize]))
        .collect()
}

/// Base58Check: a double SHA-256's first four bytes at the end.
pub(crate) fn base58check(payload: &[u8], ripple: bool) -> String {
    let sum = Sha256::digest(Sha256::digest(payload));
    let bytes = [payload, &sum[..4]].concat();
    base58(&bytes, if ripple { RIPPLE } else { BITCOIN })
}

/// Base 58 of Bitcoin without a check.
pub(crate) fn base58_plain(bytes: &[u8]) -> String {
    base58(bytes, BITCOIN)
}

/// Monero's base 58: blocks of eight bytes are eleven characters, a shorter last one fewer.
pub(crate) fn monero(prefix: u8, rest: &[u8]) -> String {
    let payload = [&[prefix], rest].concat();
    let sum = Keccak256::digest(&payload);
    let bytes = [&payload[..], &sum[..4]].concat();
    let lengths = [0, 2, 3, 5, 6, 7, 9, 10, 11];
    bytes
        .chunks(8)
        .map(|block| {
            let start = block
                .iter()
                .position(|byte| *byte != 0)
                .unwrap_or(block.len());
            let text = base58(&block[start..], BITCOIN);
            format!("{text:1>width$}", width = lengths[block.len()])
        })
        .collect()
}

/// The case that EIP-55 gives to 40 hexadecimal digits.
pub(crate) fn eip55(lower: &str) -> String {
    let sum = Keccak256::digest(lower.as_bytes());
    lower
        .chars()
        .enumerate()
        .map(|(at, digit)| {
            let nibble = sum[at / 2] >> (4 * (1 - at % 2)) & 15;
            if nibble >= 8 {
                digit.to_ascii_uppercase()
            } else {
                digit
            }
        })
        .collect()
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn five_bits(bytes: &[u8]) -> Vec<u8> {
    let (mut held, mut bits, mut out) = (0u32, 0, Vec::new());
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push((held >> bits & 31) as u8);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push((held << (5 - bits) & 31) as u8);
    }
    out
}

fn letters(values: &[u8]) -> String {
    values
        .iter()
        .map(|value| char::from(BECH32[*value as usize]))
        .collect()
}

/// A SegWit address (BIP-173; from version 1 on BIP-350).
pub(crate) fn segwit(hrp: &str, version: u8, program: &[u8]) -> String {
    let mut data = vec![version];
    data.extend(five_bits(program));
    let polymod = |values: &[u8]| {
        let factors = [
            0x3b6a_57b2u32,
            0x2650_8e6d,
            0x1ea1_19fa,
            0x3d42_33dd,
            0x2a14_62b3,
        ];
        values.iter().fold(1u32, |sum, value| {
            let top = sum >> 25;
            let sum = (sum & 0x1ff_ffff) << 5 ^ u32::from(*value);
            (0..5)
                .filter(|bit| top >> bit & 1 == 1)
                .fold(sum, |sum, bit| sum ^ factors[bit])
        })
    };
    let mut whole: Vec<u8> = hrp.bytes().map(|byte| byte >> 5).collect();
    whole.push(0);
    whole.extend(hrp.bytes().map(|byte| byte & 31));
    whole.extend(&data);
    whole.extend([0; 6]);
    let sum = polymod(&whole) ^ if version == 0 { 1 } else { 0x2bc8_30a3 };
    data.extend((0..6).map(|at| (sum >> (5 * (5 - at)) & 31) as u8));
    format!("{hrp}1{}", letters(&data))
}

/// A Bitcoin Cash address without its prefix (CashAddr).
pub(crate) fn cashaddr(version: u8, hash: &[u8]) -> String {
    let mut data = five_bits(&[&[version], hash].concat());
    let factors = [
        0x98_f2bc_8e61u64,
        0x79_b76d_99e2,
        0xf3_3e5f_b3c4,
        0xae_2eab_e2a8,
        0x1e_4f43_e470,
    ];
    let prefix = b"bitcoincash".iter().map(|byte| byte & 31);
    let sum = prefix
        .chain([0])
        .chain(data.iter().copied())
        .chain([0; 8])
        .fold(1u64, |sum, value| {
            let top = sum >> 35;
            let sum = (sum & 0x07_ffff_ffff) << 5 ^ u64::from(value);
            (0..5)
                .filter(|bit| top >> bit & 1 == 1)
                .fold(sum, |sum, bit| sum ^ factors[bit])
        })
        ^ 1;
    data.extend((0..8).map(|at| (sum >> (5 * (7 - at)) & 31) as u8));
    letters(&data)
}

/// A user-friendly address of The Open Network, URL-safe.
pub(crate) fn ton(tag: u8, workchain: u8, hash: &[u8]) -> String {
    let mut bytes = [&[tag, workchain], hash].concat();
    let sum = bytes.iter().fold(0u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| {
            sum << 1 ^ if sum & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    });
    bytes.extend(sum.to_be_bytes());
    base64(&bytes)
}

/// URL-safe base64 of a whole number of three bytes.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bytes
        .chunks(3)
        .flat_map(|block| {
            let held = block
                .iter()
                .fold(0u32, |held, byte| held << 8 | u32::from(*byte));
            [18, 12, 6, 0].map(|shift| char::from(alphabet[(held >> shift & 63) as usize]))
        })
        .collect()
}

/// The name of an onion service of version 3, of its public key.
pub(crate) fn onion(key: &[u8]) -> String {
    let sum = Sha3_256::digest([b".onion checksum", key, &[3]].concat());
    let alphabet = b"abcdefghijklmnopqrstuvwxyz234567";
    five_bits(&[key, &sum[..2], &[3]].concat())
        .iter()
        .map(|value| char::from(alphabet[*value as usize]))
        .collect()
}

/// The check digit of a postal item (UPU S10).
pub(crate) fn s10(digits: &str) -> u32 {
    let weights = [8, 6, 4, 2, 3, 5, 9, 7];
    let sum: u32 = digits
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check,
    }
}

/// The check digit of a parcel of UPS, over the fifteen characters after `1Z`.
pub(crate) fn ups(text: &str) -> u32 {
    let sum: u32 = text
        .bytes()
        .enumerate()
        .map(|(at, byte)| {
            let value = match byte {
                b'0'..=b'9' => u32::from(byte - b'0'),
                _ => (u32::from(byte) - 63) % 10,
            };
            value * if at % 2 == 0 { 1 } else { 2 }
        })
        .sum();
    (10 - sum % 10) % 10
}

/// The check digit of a German VAT number (ISO 7064, mod 11,10).
pub(crate) fn german_vat(digits: &str) -> u32 {
    let rest = digits.bytes().fold(10, |product, digit| {
        let sum = (u32::from(digit - b'0') + product) % 10;
        2 * if sum == 0 { 10 } else { sum } % 11
    });
    (11 - rest) % 10
}
