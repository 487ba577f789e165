//! Addresses and transactions of crypto-assets, each with the checksum its chain gives it.
//!
//! Bitcoin and Ethereum, whose shapes others share, are read in `money.rs`.

use curve25519_dalek::edwards::CompressedEdwardsY;
use sha3::{Digest, Keccak256};
use url::Url;

use crate::{
    Kind, Observable, ParseError, Proof,
    context::{Topics, ends_sentence},
    extract::Scanner,
    money,
};

/// What Base58Check holds, when it holds a version and 20 bytes: the form of most chains' addresses.
enum Base58 {
    Version(u8),
    BadCheck,
    Other,
}

fn base58_check(text: &str, alphabet: &bs58::Alphabet) -> (Base58, [u8; 25]) {
    // Decoded without the library's check, which would also pay for strings of other lengths.
    let mut bytes = [0u8; 25];
    let read = bs58::decode(text).with_alphabet(alphabet).onto(&mut bytes);
    if !matches!(read, Ok(25)) {
        return (Base58::Other, bytes);
    }
    let first = sha2::Sha256::digest(&bytes[..21]);
    let second = sha2::Sha256::digest(first);
    let found = if second[..4] == bytes[21..] {
        Base58::Version(bytes[0])
    } else {
        Base58::BadCheck
    };
    (found, bytes)
}

/// An address of which the version's byte is one of `versions`, as it was written.
fn versioned(kind: Kind, text: &str, versions: &[u8]) -> Result<(String, Proof), ParseError> {
    match base58_check(text, bs58::Alphabet::BITCOIN).0 {
        Base58::Version(version) if versions.contains(&version) => {
            Ok((text.to_owned(), Proof::Checksum))
        }
        // A long word is no mistyped address.
        Base58::BadCheck if has_digit(text) => Err(ParseError::Checksum { kind }),
        _ => Err(ParseError::Shape { kind }),
    }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_base58(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l')
}

/// Letters of both cases, all of Base58: what a number never has, and few words have.
fn is_mixed_base58(run: &[u8]) -> bool {
    let mut seen = 0;
    for &byte in run {
        if !is_base58(byte) {
            return false;
        }
        seen |= match byte {
            b'0'..=b'9' => 0,
            b'a'..=b'z' => 1,
            _ => 2,
        };
    }
    seen == 3
}

fn looks_tron(run: &[u8]) -> bool {
    run.len() == 34 && run[0] == b'T' && is_mixed_base58(run)
}

/// Version 0x41 (TRON's documentation, "Account address format").
pub(crate) fn tron(text: &str) -> Result<(String, Proof), ParseError> {
    if !looks_tron(text.as_bytes()) {
        return Err(ParseError::Shape { kind: Kind::Tron });
    }
    versioned(Kind::Tron, text, &[0x41])
}

fn looks_sol(run: &[u8]) -> bool {
    // Nothing checks it, so that a word must be told by its having no digit.
    (32..=44).contains(&run.len()) && is_mixed_base58(run) && run.iter().any(u8::is_ascii_digit)
}

/// A key of 32 bytes. A wallet is a point on ed25519 (RFC 8032, 5.1.3), as about half of all strings are;
/// the addresses that programs derive are none on purpose, and prove nothing but their form.
pub(crate) fn sol(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Sol };
    if !looks_sol(text.as_bytes()) {
        return Err(shape);
    }
    let mut key = [0u8; 32];
    if !matches!(bs58::decode(text).onto(&mut key), Ok(32)) {
        return Err(shape);
    }
    let proof = if CompressedEdwardsY(key).decompress().is_some() {
        Proof::Valid
    } else {
        Proof::Shape
    };
    Ok((text.to_owned(), proof))
}

fn looks_xmr(run: &[u8]) -> bool {
    matches!((run.len(), run[0]), (95, b'4' | b'8') | (106, b'4')) && is_mixed_base58(run)
}

/// Monero's Base58 writes blocks of eight bytes as eleven characters, so that lengths are fixed; the last
/// five bytes of an address take seven.
fn xmr_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(80);
    for block in text.as_bytes().chunks(11) {
        let length = match block.len() {
            11 => 8,
            7 => 5,
            _ => return None,
        };
        let mut value = 0u64;
        for byte in block {
            let digit = ALPHABET.iter().position(|letter| letter == byte)?;
            value = value.checked_mul(58)?.checked_add(digit as u64)?;
        }
        if length < 8 && value >> (8 * length) != 0 {
            return None;
        }
        bytes.extend_from_slice(&value.to_be_bytes()[8 - length..]);
    }
    Some(bytes)
}

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Network byte 18 is a standard address, 42 a sub-address, 19 one with a payment id in it; four bytes of
/// Keccak check it (Monero's `cryptonote_basic_impl.cpp`).
pub(crate) fn xmr(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Xmr };
    if text.is_empty() || !looks_xmr(text.as_bytes()) {
        return Err(shape);
    }
    let Some(bytes) = xmr_bytes(text) else {
        return Err(ParseError::Checksum { kind: Kind::Xmr });
    };
    let known = match bytes.len() {
        69 => matches!(bytes[0], 18 | 42),
        77 => bytes[0] == 19,
        _ => false,
    };
    let (payload, check) = bytes.split_at(bytes.len() - 4);
    if Keccak256::digest(payload)[..4] != *check {
        return Err(ParseError::Checksum { kind: Kind::Xmr });
    }
    if known {
        Ok((text.to_owned(), Proof::Checksum))
    } else {
        Err(shape)
    }
}

fn looks_ltc(run: &[u8]) -> bool {
    match run {
        // one of the older kind may begin with these four by chance, and is shorter
        [b'l' | b'L', b't' | b'T', b'c' | b'C', b'1', ..] if run.len() > 35 => {
            (43..=63).contains(&run.len())
        }
        [b'L' | b'M' | b'3', ..] => (26..=35).contains(&run.len()) && is_mixed_base58(run),
        _ => false,
    }
}

/// Versions 48 (L…), 50 (M…) and 5 (3…, which Bitcoin writes the same), or SegWit under `ltc`
/// (Litecoin's `chainparams.cpp`).
pub(crate) fn ltc(text: &str) -> Result<(String, Proof), ParseError> {
    let run = text.as_bytes();
    if !looks_ltc(run) {
        return Err(ParseError::Shape { kind: Kind::Ltc });
    }
    if run.len() < 40 {
        return versioned(Kind::Ltc, text, &[48, 50, 5]);
    }
    match bech32::segwit::decode(text) {
        Ok(_) => Ok((text.to_ascii_lowercase(), Proof::Checksum)),
        Err(_) => Err(ParseError::Checksum { kind: Kind::Ltc }),
    }
}

const BCH_PREFIX: &str = "bitcoincash:";

/// Whether a run is worth the checksum of CashAddr without its prefix. Types 0 and 1 begin with q and p,
/// those that may carry tokens with z and r.
fn looks_bch(run: &[u8]) -> bool {
    run.len() == 42
        && matches!(run[0].to_ascii_lowercase(), b'q' | b'p' | b'z' | b'r')
        && (run
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            || run
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()))
}

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The checksum of CashAddr (spec of Bitcoin Cash, "CashAddr"): 0 when the last eight symbols are right.
fn cash_polymod(symbols: impl Iterator<Item = u8>) -> u64 {
    const GENERATORS: [u64; 5] = [
        0x98_f2bc_8e61,
        0x79_b76d_99e2,
        0xf3_3e5f_b3c4,
        0xae_2eab_e2a8,
        0x1e_4f43_e470,
    ];
    let rest = symbols.fold(1u64, |rest, symbol| {
        let top = rest >> 35;
        let shifted = ((rest & 0x07_ffff_ffff) << 5) ^ u64::from(symbol);
        GENERATORS
            .iter()
            .enumerate()
            .filter(|(bit, _)| top >> bit & 1 == 1)
            .fold(shifted, |value, (_, generator)| value ^ generator)
    });
    rest ^ 1
}

pub(crate) fn bch(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Bch };
    let address = match text.get(..BCH_PREFIX.len()) {
        Some(prefix) if prefix.eq_ignore_ascii_case(BCH_PREFIX) => &text[BCH_PREFIX.len()..],
        _ => text,
    };
    if !looks_bch(address.as_bytes()) {
        return Err(shape);
    }
    let mut symbols = [0u8; 42];
    for (symbol, byte) in symbols.iter_mut().zip(address.bytes()) {
        let Some(value) = CHARSET
            .iter()
            .position(|letter| *letter == byte.to_ascii_lowercase())
        else {
            return Err(shape);
        };
        *symbol = value as u8;
    }
    let prefix = BCH_PREFIX.bytes().map(|byte| byte & 0x1F);
    // The colon counts as a zero.
    let prefix = prefix.take(BCH_PREFIX.len() - 1).chain([0]);
    if cash_polymod(prefix.chain(symbols)) != 0 {
        return Err(ParseError::Checksum { kind: Kind::Bch });
    }
    Ok((
        format!("{BCH_PREFIX}{}", address.to_ascii_lowercase()),
        Proof::Checksum,
    ))
}

fn looks_doge(run: &[u8]) -> bool {
    matches!(run, [b'D' | b'A' | b'9', ..])
        && (33..=34).contains(&run.len())
        && is_mixed_base58(run)
}

/// Versions 30 (D…) and 22 (A… or 9…) (Dogecoin's `chainparams.cpp`).
pub(crate) fn doge(text: &str) -> Result<(String, Proof), ParseError> {
    if !looks_doge(text.as_bytes()) {
        return Err(ParseError::Shape { kind: Kind::Doge });
    }
    versioned(Kind::Doge, text, &[30, 22])
}

fn looks_xrp(run: &[u8]) -> bool {
    match run {
        [b'r', ..] => (25..=35).contains(&run.len()) && is_mixed_base58(run),
        [b'X', ..] => run.len() == 47 && is_mixed_base58(run),
        _ => false,
    }
}

/// A classic address, version 0 in Ripple's alphabet. An X-address (XLS-5d) without tag is the classic one;
/// with a tag it stays itself, since the tag tells two customers of an exchange apart.
pub(crate) fn xrp(text: &str) -> Result<(String, Proof), ParseError> {
    let kind = Kind::Xrp;
    if !looks_xrp(text.as_bytes()) {
        return Err(ParseError::Shape { kind });
    }
    if text.starts_with('r') {
        return match base58_check(text, bs58::Alphabet::RIPPLE).0 {
            Base58::Version(0) => Ok((text.to_owned(), Proof::Checksum)),
            Base58::BadCheck if has_digit(text) => Err(ParseError::Checksum { kind }),
            _ => Err(ParseError::Shape { kind }),
        };
    }
    let mut bytes = [0u8; 40];
    let read = bs58::decode(text)
        .with_alphabet(bs58::Alphabet::RIPPLE)
        .with_check(None)
        .onto(&mut bytes);
    // Prefix 05 44, 20 bytes of the account, a flag, a tag of eight bytes.
    match read {
        Ok(31) if bytes[..2] == [0x05, 0x44] && bytes[22] == 0 => {
            let mut classic = [0u8; 21];
            classic[1..].copy_from_slice(&bytes[2..22]);
            let classic = bs58::encode(classic)
                .with_alphabet(bs58::Alphabet::RIPPLE)
                .with_check()
                .into_string();
            // An account of leading zeros may be too short to be told from a word.
            if looks_xrp(classic.as_bytes()) {
                Ok((classic, Proof::Checksum))
            } else {
                Ok((text.to_owned(), Proof::Checksum))
            }
        }
        Ok(31) if bytes[..2] == [0x05, 0x44] && bytes[22] == 1 => {
            Ok((text.to_owned(), Proof::Checksum))
        }
        Ok(_) | Err(bs58::decode::Error::InvalidCharacter { .. }) => {
            Err(ParseError::Shape { kind })
        }
        Err(_) => Err(ParseError::Checksum { kind }),
    }
}

fn base64_value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' | b'+' => 62,
        b'_' | b'/' => 63,
        _ => return None,
    })
}

/// CRC-16/XMODEM: polynomial 0x1021, begins at 0.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc: u16, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                crc << 1 ^ 0x1021
            }
        })
    })
}

/// The 36 bytes of a user-friendly address, if there are 48 characters of base64.
fn ton_bytes(text: &[u8]) -> Option<[u8; 36]> {
    if text.len() != 48 {
        return None;
    }
    let mut bytes = [0u8; 36];
    for (three, four) in bytes.chunks_mut(3).zip(text.chunks(4)) {
        let mut value = 0u32;
        for byte in four {
            value = value << 6 | u32::from(base64_value(*byte)?);
        }
        three.copy_from_slice(&value.to_be_bytes()[1..]);
    }
    Some(bytes)
}

/// The form for a contract that can send back, which every wallet reads (TEP-2).
fn ton_friendly(workchain: u8, account: &[u8]) -> String {
    let mut bytes = [0u8; 36];
    bytes[0] = 0x11;
    bytes[1] = workchain;
    bytes[2..34].copy_from_slice(account);
    let crc = crc16(&bytes[..34]);
    bytes[34..].copy_from_slice(&crc.to_be_bytes());
    const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(48);
    for three in bytes.chunks(3) {
        let value = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for shift in [18, 12, 6, 0] {
            text.push(char::from(URL_SAFE[(value >> shift & 63) as usize]));
        }
    }
    text
}

/// `EQ…`, `UQ…` (and `Ef…`, `Uf…` of the master chain), or `workchain:hexadecimal`. Test networks are not
/// money.
pub(crate) fn ton(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Ton };
    if let Some((workchain, digits)) = text.split_once(':') {
        let workchain = match workchain {
            "0" => 0,
            "-1" => 0xFF,
            _ => return Err(shape),
        };
        let digits = digits.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(shape);
        }
        let mut account = [0u8; 32];
        for (byte, pair) in account.iter_mut().zip(digits.chunks(2)) {
            *byte = hex_value(pair[0]) << 4 | hex_value(pair[1]);
        }
        return Ok((ton_friendly(workchain, &account), Proof::Shape));
    }
    let Some(bytes) = ton_bytes(text.as_bytes()) else {
        return Err(shape);
    };
    if !matches!(bytes[0], 0x11 | 0x51) || !matches!(bytes[1], 0 | 0xFF) {
        return Err(shape);
    }
    if crc16(&bytes[..34]).to_be_bytes() != bytes[34..] {
        return Err(ParseError::Checksum { kind: Kind::Ton });
    }
    Ok((ton_friendly(bytes[1], &bytes[2..34]), Proof::Checksum))
}

fn hex_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

fn is_hash(text: &[u8]) -> bool {
    text.len() == 64 && text.iter().all(u8::is_ascii_hexdigit)
}

fn is_prefixed_hash(text: &[u8]) -> bool {
    text.len() == 66 && matches!(text[..2], [b'0', b'x' | b'X']) && is_hash(&text[2..])
}

/// A signature that names a transaction of Solana: 64 bytes.
fn is_signature(text: &[u8]) -> bool {
    (86..=88).contains(&text.len())
        && is_mixed_base58(text)
        && matches!(bs58::decode(text).onto(&mut [0u8; 66][..]), Ok(64))
}

/// Chains by the name that stands before the colon of a transaction.
const CHAINS: [&str; 10] = [
    "btc", "eth", "tron", "ltc", "doge", "bch", "xmr", "xrp", "ton", "tx",
];

/// `chain:hash`, `0x` and a hash (a chain of Ethereum's kind), a hash alone, or a signature of Solana's.
pub(crate) fn tx(text: &str) -> Result<(String, Proof), ParseError> {
    let (chain, hash) = match text.split_once(':') {
        Some((chain, hash)) => (Some(chain.trim()), hash.trim()),
        None => (None, text),
    };
    if (chain == Some("sol") || chain.is_none()) && is_signature(hash.as_bytes()) {
        return Ok((format!("sol:{hash}"), Proof::Shape));
    }
    let bytes = hash.as_bytes();
    let (digits, default) = if is_prefixed_hash(bytes) {
        (&hash[2..], "eth")
    } else if is_hash(bytes) {
        (hash, "tx")
    } else {
        return Err(ParseError::Shape { kind: Kind::Tx });
    };
    let chain = match chain {
        None => default,
        Some(chain) => CHAINS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(chain))
            .ok_or(ParseError::Shape { kind: Kind::Tx })?,
    };
    Ok((
        format!("{chain}:{}", digits.to_ascii_lowercase()),
        Proof::Shape,
    ))
}

/// What a block explorer's page is about, by its host and the part of the path before the identifier.
const EXPLORERS: &[(&str, &str, Kind)] = &[
    ("etherscan.io", "eth", Kind::Eth),
    ("bscscan.com", "eth", Kind::Eth),
    ("polygonscan.com", "eth", Kind::Eth),
    ("arbiscan.io", "eth", Kind::Eth),
    ("basescan.org", "eth", Kind::Eth),
    ("optimistic.etherscan.io", "eth", Kind::Eth),
    ("blockchain.com", "", Kind::Tx),
    ("blockchain.info", "btc", Kind::Btc),
    ("blockchair.com", "", Kind::Tx),
    ("blockstream.info", "btc", Kind::Btc),
    ("mempool.space", "btc", Kind::Btc),
    ("tronscan.org", "tron", Kind::Tron),
    ("tronscan.io", "tron", Kind::Tron),
    ("solscan.io", "sol", Kind::Sol),
    ("explorer.solana.com", "sol", Kind::Sol),
    ("litecoinspace.org", "ltc", Kind::Ltc),
    ("dogechain.info", "doge", Kind::Doge),
    ("xrpscan.com", "xrp", Kind::Xrp),
    ("tonscan.org", "ton", Kind::Ton),
    ("tonviewer.com", "ton", Kind::Ton),
    ("xmrchain.net", "xmr", Kind::Xmr),
];

/// The address or the transaction that a block explorer's page shows. The page stays a URL: an analyst may
/// want to see it as it was given.
pub(crate) fn explored(url: &Url) -> Option<Observable> {
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let &(_, chain, wallet) = EXPLORERS.iter().find(|(known, ..)| *known == host)?;
    // TRON's pages are behind "#/".
    let parts = || {
        let fragment = url.fragment().unwrap_or_default();
        url.path().split('/').chain(fragment.split(['/', '?']))
    };
    let (chain, wallet) = if chain.is_empty() {
        parts().find_map(|part| match part {
            "btc" | "bitcoin" => Some(("btc", Kind::Btc)),
            "eth" | "ethereum" => Some(("eth", Kind::Eth)),
            "bch" | "bitcoin-cash" => Some(("bch", Kind::Bch)),
            "ltc" | "litecoin" => Some(("ltc", Kind::Ltc)),
            "doge" | "dogecoin" => Some(("doge", Kind::Doge)),
            _ => None,
        })?
    } else {
        (chain, wallet)
    };
    parts()
        .filter(|part| (25..=128).contains(&part.len()))
        .find_map(|part| {
            Observable::parse(wallet, part).ok().or_else(|| {
                let bare = part.strip_prefix("0x").unwrap_or(part);
                Observable::parse(Kind::Tx, &format!("{chain}:{bare}")).ok()
            })
        })
}

/// How far a coin's name may stand from a hash, in bytes.
const NEAR: usize = 60;

impl Scanner<'_> {
    /// A wallet or a transaction at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn coin_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        // The first byte and the length say which of them it may be; everything else is no run of these.
        let length = run.len();
        if matches!(run[0], b'E' | b'U')
            && matches!(self.bytes.get(start + 1), Some(b'Q' | b'f'))
            && let Some(after) = self.ton_at(start)
        {
            return Some(after);
        }
        if length < 25 {
            return None;
        }
        if length > 106 {
            return None;
        }
        self.work += length;
        if is_prefixed_hash(run) {
            let (canonical, proof) = tx(&self.text[start..end]).ok()?;
            self.push(Kind::Tx, canonical, proof, start..end);
            return Some(end);
        }
        if length == 64 && is_hash(run) {
            return self.bare_hash(start, end);
        }
        if length >= 86 && is_mixed_base58(run) {
            if looks_xmr(run) {
                return self.proved(&[(Kind::Xmr, true)], start, end);
            }
            let near = self.context.around(self.bytes, start..end, NEAR, NEAR / 2);
            if near.any(Topics::TX | Topics::SOLANA) && is_signature(run) {
                let canonical = format!("sol:{}", &self.text[start..end]);
                self.push(Kind::Tx, canonical, Proof::Shape, start..end);
                return Some(end);
            }
            return None;
        }
        if length == 42 && looks_bch(run) && bch(&self.text[start..end]).is_ok() {
            let from = start.saturating_sub(BCH_PREFIX.len());
            let prefixed = self.bytes[from..start].eq_ignore_ascii_case(BCH_PREFIX.as_bytes());
            let from = if prefixed { from } else { start };
            let (canonical, proof) = bch(&self.text[from..end]).ok()?;
            self.push(Kind::Bch, canonical, proof, from..end);
            return Some(end);
        }
        // Bitcoin's and Litecoin's "3…" are the same bytes.
        let litecoin = run[0] == b'3' && looks_ltc(run) && {
            let near = self.context.around(self.bytes, start..end, NEAR, NEAR / 2);
            near.any(Topics::LITECOIN) && !near.any(Topics::BITCOIN)
        };
        let kinds = [
            (Kind::Eth, money::looks_eth(run)),
            (Kind::Ltc, looks_ltc(run) && (run[0] != b'3' || litecoin)),
            (Kind::Btc, money::looks_btc(run)),
            (Kind::Tron, looks_tron(run)),
            (Kind::Doge, looks_doge(run)),
            (Kind::Xrp, looks_xrp(run)),
        ];
        self.proved(&kinds, start, end)
            .or_else(|| self.solana(start, end))
    }

    fn solana(&mut self, start: usize, end: usize) -> Option<usize> {
        if !looks_sol(&self.bytes[start..end]) {
            return None;
        }
        // A part of a longer text in base64, or of a path, is no address.
        let joined = |byte: Option<&u8>| matches!(byte, Some(b'/' | b'+' | b'=' | b'-' | b'_'));
        let before = start.checked_sub(1).and_then(|at| self.bytes.get(at));
        if joined(before) || joined(self.bytes.get(end)) {
            return None;
        }
        let (canonical, proof) = sol(&self.text[start..end]).ok()?;
        if proof == Proof::Shape {
            let near = self.context.around(self.bytes, start..end, NEAR, NEAR / 2);
            if !near.any(Topics::SOLANA) {
                return None;
            }
        }
        self.push(Kind::Sol, canonical, proof, start..end);
        Some(end)
    }

    /// An address of TON, whose base64 a run of letters and digits may not hold whole.
    pub(crate) fn ton_at(&mut self, start: usize) -> Option<usize> {
        if !matches!(self.bytes[start], b'E' | b'U') {
            return None;
        }
        let end = start + 48;
        let window = self.bytes.get(start..end)?;
        self.work += 48;
        let in_base64 = |byte: u8| base64_value(byte).is_some();
        if !window.iter().all(|byte| in_base64(*byte))
            || self
                .bytes
                .get(end)
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'='))
            || start > 0 && in_base64(self.bytes[start - 1])
        {
            return None;
        }
        let (canonical, proof) = ton(&self.text[start..end]).ok()?;
        self.push(Kind::Ton, canonical, proof, start..end);
        Some(end)
    }

    /// 64 hexadecimal digits: a raw address of TON, or a transaction where the words say so; else a file's.
    fn bare_hash(&mut self, start: usize, end: usize) -> Option<usize> {
        if start > 1 && self.bytes[start - 1] == b':' {
            let from = match self.bytes[..start - 1] {
                [.., b'-', b'1'] => start - 3,
                [.., b'0'] => start - 2,
                _ => start,
            };
            let apart = from == 0 || !self.bytes[from - 1].is_ascii_alphanumeric();
            if from < start
                && apart
                && let Ok((canonical, proof)) = ton(&self.text[from..end])
            {
                self.push(Kind::Ton, canonical, proof, from..end);
                return Some(end);
            }
        }
        let bytes = self.bytes;
        let near = self.context.around(bytes, start..end, NEAR, NEAR / 2);
        if !near.any(Topics::TX) {
            return None;
        }
        const CHAINS: [(Topics, &str); 4] = [
            (Topics::BITCOIN, "btc"),
            (Topics::TRONS, "tron"),
            (Topics::ETHEREUM, "eth"),
            (Topics::LITECOIN, "ltc"),
        ];
        let chain = |topics: Topics| CHAINS.iter().find(|(topic, _)| topics.any(*topic));
        // The nearest before in the same sentence, else one in what is left of it.
        let before = self
            .context
            .before(bytes, start, NEAR)
            .take_while(|(word, _)| !ends_sentence(&bytes[word.end..start]))
            .find_map(|(_, topics)| chain(topics));
        let chain = match before {
            Some((_, chain)) => chain,
            None => {
                let after = self.context.around(bytes, end..end, 0, NEAR / 2);
                chain(after).map_or("tx", |(_, chain)| chain)
            }
        };
        let hash = self.text[start..end].to_ascii_lowercase();
        self.push(
            Kind::Tx,
            format!("{chain}:{hash}"),
            Proof::Shape,
            start..end,
        );
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;
    use proptest::prelude::*;

    use super::*;
    use crate::extract;

    #[test]
    fn one_wrong_character_is_a_wrong_address() {
        for (kind, good) in [
            (Kind::Tron, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
            (Kind::Ltc, "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9"),
            (Kind::Ltc, "LTC1112GnsypWRMxCjxERF1FAQouwP9xs9"),
            (Kind::Doge, "DBXu2kgc3xtvCUWFcxFE3r9hEYgmuaaCyD"),
            (Kind::Xrp, "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"),
            (
                Kind::Bch,
                "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
            ),
            (
                Kind::Ton,
                "EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9c",
            ),
        ] {
            assert!(Observable::parse(kind, good).is_ok(), "{good}");
            for at in good.len() - 30..good.len() {
                for with in ["2", "7", "a", "p", "Z"] {
                    let mut bad = good.to_owned();
                    bad.replace_range(at..=at, with);
                    if bad != good {
                        assert!(Observable::parse(kind, &bad).is_err(), "{bad}");
                    }
                }
            }
        }
    }

    #[test]
    fn words_tell_chains_apart() {
        let p2sh = "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy";
        check(p2sh, &[&format!("btc {p2sh}")]);
        check(
            &format!("envoyé en Litecoin à {p2sh}"),
            &[&format!("ltc {p2sh}")],
        );
        let hash = "ab".repeat(32);
        check(
            &format!("transaction bitcoin {hash}"),
            &[&format!("tx btc:{hash}")],
        );
        check(
            &format!("TXID (USDT TRC20) : {hash}"),
            &[&format!("tx tron:{hash}")],
        );
        check(&format!("tx hash {hash}"), &[&format!("tx tx:{hash}")]);
        check(&format!("0x{hash}"), &[&format!("tx eth:{hash}")]);
        assert!(
            extract(&format!("fichier {hash}"))
                .hits
                .iter()
                .all(|hit| hit.kind != Kind::Tx)
        );
    }

    #[test]
    fn an_account_of_solana_is_on_the_curve_or_named() {
        // The system's token program and a sysvar are no points; a wallet is one.
        let off_curve = "SysvarC1ock11111111111111111111111111111111";
        let (_, proof) = sol(off_curve).unwrap();
        let text = format!("voici {off_curve}");
        if proof == Proof::Shape {
            check(&text, &[]);
        }
        check(
            &format!("wallet Solana {off_curve}"),
            &[&format!("sol {off_curve}")],
        );
        // ed25519's base point, compressed: on the curve for certain.
        let mut base = [0x66u8; 32];
        base[0] = 0x58;
        let base = bs58::encode(base).into_string();
        assert_eq!(sol(&base).unwrap().1, Proof::Valid);
        check(&format!("voici {base}."), &[&format!("sol {base}")]);
        for text in [
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "ABCDEFGHJKLMNPQRSTUVWXYZABCDEFGHJKLMNPQRSTUV",
            "1234567891234567891234567891234567891234",
        ] {
            let hits = extract(&format!("Solana {text}")).hits;
            assert!(hits.iter().all(|hit| hit.kind != Kind::Sol), "{hits:?}");
        }
    }

    #[test]
    fn pages_of_explorers_lead_to_what_they_show() {
        let hash = "ab".repeat(32);
        for (url, expected) in [
            (
                format!("https://etherscan.io/tx/0x{hash}"),
                format!("tx eth:{hash}"),
            ),
            (
                "https://etherscan.io/address/0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359"
                    .to_owned(),
                "eth 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359".to_owned(),
            ),
            (
                format!("https://www.blockchain.com/btc/tx/{hash}"),
                format!("tx btc:{hash}"),
            ),
            (
                format!("https://www.blockchain.com/explorer/transactions/btc/{hash}"),
                format!("tx btc:{hash}"),
            ),
            (
                format!("https://tronscan.org/#/transaction/{hash}"),
                format!("tx tron:{hash}"),
            ),
            (
                "https://tronscan.org/#/address/TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t".to_owned(),
                "tron TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t".to_owned(),
            ),
            (
                "https://mempool.space/fr/address/1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa".to_owned(),
                "btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa".to_owned(),
            ),
        ] {
            let page = Observable::parse(Kind::Url, &url).unwrap();
            let first = &page.derived()[0];
            assert_eq!(
                format!("{} {}", first.kind(), first.canonical()),
                expected,
                "{url}"
            );
            assert_eq!(extract(&url).hits[0].kind, Kind::Url);
        }
        let other = Observable::parse(Kind::Url, "https://etherscan.io/gastracker").unwrap();
        assert_eq!(other.derived()[0].kind(), Kind::Domain);
    }

    #[test]
    fn forms_of_an_account_fold() {
        let zero = "EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9c";
        let raw = format!("0:{}", "0".repeat(64));
        assert_eq!(ton(&raw).unwrap().0, zero);
        // XLS-5d's example of a classic address and its X-address without tag.
        assert_eq!(
            xrp("X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ")
                .unwrap()
                .0,
            "r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

        #[test]
        fn addresses_read_back(text in "[TLMDA93rX][1-9A-HJ-NP-Za-km-z]{24,46}|[48][1-9A-HJ-NP-Za-km-z]{94}|[1-9A-HJ-NP-Za-km-z]{32,44}|[EU][Qf][A-Za-z0-9_/+-]{46}|(bitcoincash:)?[qp][a-z0-9]{41}|(btc:|0x|0:)?[0-9a-fA-F]{64}") {
            for kind in [Kind::Tron, Kind::Sol, Kind::Xmr, Kind::Ltc, Kind::Bch, Kind::Doge, Kind::Xrp, Kind::Ton, Kind::Tx] {
                if let Ok(found) = Observable::parse(kind, &text) {
                    prop_assert_eq!(&Observable::parse(kind, found.canonical()), &Ok(found.clone()));
                }
            }
        }

        #[test]
        fn made_accounts_are_found(account in any::<[u8; 20]>(), key in any::<[u8; 32]>(), workchain in prop_oneof![Just(0u8), Just(0xFF)]) {
            for (version, kind) in [(0x41, Kind::Tron), (48, Kind::Ltc), (50, Kind::Ltc), (30, Kind::Doge), (22, Kind::Doge), (0, Kind::Btc)] {
                let mut bytes = [version; 21];
                bytes[1..].copy_from_slice(&account);
                let address = bs58::encode(bytes).with_check().into_string();
                let hits = extract(&format!("vers {address}.")).hits;
                prop_assert!(hits.len() == 1 && hits[0].kind == kind && hits[0].canonical == address, "{} {:?}", address, hits);
            }
            let friendly = ton_friendly(workchain, &key);
            prop_assert_eq!(ton(&friendly), Ok((friendly.clone(), Proof::Checksum)));
        }
    }
}
