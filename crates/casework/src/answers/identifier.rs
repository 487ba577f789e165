//! Typed identifiers, checked by the crate that knows them.

use observables::{Kind as Identifier, Observable};

use super::error::ErrorCode;
use crate::desk::Kind;

/// Longer than any identifier; a URL may carry a long query.
pub(super) const MAX_CHARS: usize = 4_000;

/// Refuses what is not an identifier of the question's kind.
pub(super) fn check(kind: &Kind, typed: &str) -> Result<(), ErrorCode> {
    let (identifiers, code): (&[Identifier], _) = match kind {
        Kind::Email { .. } => (&[Identifier::Email], ErrorCode::NotAnEmail),
        Kind::Phone { .. } => (&[Identifier::Phone], ErrorCode::NotAPhone),
        Kind::Url { .. } => (&[Identifier::Url], ErrorCode::NotAUrl),
        Kind::Iban { .. } => (&[Identifier::Iban], ErrorCode::NotAnIban),
        Kind::Crypto { .. } => (
            &[Identifier::Btc, Identifier::Eth],
            ErrorCode::NotACryptoAddress,
        ),
        _ => return Ok(()),
    };
    let right = identifiers
        .iter()
        .any(|identifier| Observable::parse(*identifier, typed).is_ok());
    if right { Ok(()) } else { Err(code) }
}
