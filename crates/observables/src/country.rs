//! Countries by their codes.

/// The codes of ISO 3166-1 (alpha-2), and XK, which banks and carriers use for Kosovo.
const CODES: &[u8] = b"\
    ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCN\
    COCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHM\
    HNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMK\
    MLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW\
    SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVI\
    VNVUWFWSXKYEYTZAZMZW\
";

/// A bit for each second letter, by the first.
static TABLE: [u32; 26] = {
    let mut table = [0; 26];
    let mut at = 0;
    while at < CODES.len() {
        table[(CODES[at] - b'A') as usize] |= 1 << (CODES[at + 1] - b'A');
        at += 2;
    }
    table
};

/// Whether two letters, of either case, are a country's code.
pub(crate) fn is_country(first: u8, second: u8) -> bool {
    first.is_ascii_alphabetic()
        && second.is_ascii_alphabetic()
        && TABLE[usize::from((first | 0x20) - b'a')] & 1 << ((second | 0x20) - b'a') != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_other_letters() {
        for code in [b"FR", b"fr", b"AD", b"ZW", b"XK", b"uS"] {
            assert!(is_country(code[0], code[1]));
        }
        for code in [b"AA", b"ZZ", b"F1", b"1F", b"XX", b"[["] {
            assert!(!is_country(code[0], code[1]));
        }
    }
}
