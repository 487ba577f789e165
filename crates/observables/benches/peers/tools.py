"""The Python extractors: each makes a function from a text to what it finds, as (kind of ours, value)."""


def iocsearcher():
    from iocsearcher.searcher import Searcher

    kinds = {"fqdn": "domain", "url": "url", "email": "email", "ip4": "ipv4", "ip6": "ipv6", "ip4Net": "cidr",
             "onionAddress": "onion", "md5": "md5", "sha1": "sha1", "sha256": "sha256", "cve": "cve", "iban": "iban",
             "bitcoin": "btc", "bitcoincash": "bch", "dogecoin": "doge", "ethereum": "eth", "litecoin": "ltc",
             "monero": "xmr", "ripple": "xrp", "solana": "sol", "tron": "tron", "phoneNumber": "phone",
             "telegramHandle": "telegram", "uuid": "uuid", "registryKey": "registry", "ttp": "attack",
             "googleAnalytics": "analytics", "googleTagManager": "analytics", "googleAdsense": "analytics"}
    social = {"facebookHandle": "facebook", "instagramHandle": "instagram", "twitterHandle": "x",
              "tiktokHandle": "tiktok", "youtubeHandle": "youtube", "linkedinHandle": "linkedin"}
    searcher = Searcher()

    def find(text):
        for ioc in searcher.search_data(text):
            if ioc.name in social:
                yield "social", f"{social[ioc.name]}:{ioc.value}"
            elif ioc.name in kinds:
                yield kinds[ioc.name], ioc.value

    return lambda text: list(find(text))


def ioc_finder():
    import ioc_finder as peer

    kinds = {"domains": "domain", "urls": "url", "email_addresses": "email", "ipv4s": "ipv4", "ipv6s": "ipv6",
             "ipv4_cidrs": "cidr", "asns": "asn", "mac_addresses": "mac", "user_agents": "user_agent", "md5s": "md5",
             "sha1s": "sha1", "sha256s": "sha256", "sha512s": "sha512", "imphashes": "imphash",
             "authentihashes": "authentihash", "ssdeeps": "ssdeep", "cves": "cve", "attack_techniques": "attack",
             "attack_tactics": "attack", "attack_mitigations": "attack", "registry_key_paths": "registry",
             "file_paths": "path", "google_analytics_tracker_ids": "analytics",
             "google_adsense_publisher_ids": "analytics", "bitcoin_addresses": "btc", "monero_addresses": "xmr"}

    def find(text):
        found = peer.find_iocs(text, included_ioc_types=list(kinds))
        for name, values in found.items():
            for values in values.values() if isinstance(values, dict) else [values]:
                for value in values:
                    if name in kinds:
                        yield kinds[name], value

    return lambda text: list(find(text))


def iocextract():
    import iocextract as peer

    def find(text):
        for kind, values in (
            ("url", peer.extract_unencoded_urls(text, refang=True)),
            ("email", peer.extract_emails(text, refang=True)),
            ("ipv4", peer.extract_ipv4s(text, refang=True)),
            ("ipv6", peer.extract_ipv6s(text)),
            ("md5", peer.extract_md5_hashes(text)),
            ("sha1", peer.extract_sha1_hashes(text)),
            ("sha256", peer.extract_sha256_hashes(text)),
            ("sha512", peer.extract_sha512_hashes(text)),
            ("phone", peer.extract_telephone_nums(text)),
        ):
            for value in values:
                yield kind, value

    return lambda text: list(find(text))


def msticpy():
    import tldextract.suffix_list

    # Never asks the network for the list of suffixes.
    def none(*_, **__):
        raise tldextract.suffix_list.SuffixListNotFound()

    tldextract.suffix_list.find_first_response = none
    from msticpy.transform import IoCExtract

    kinds = {"dns": "domain", "url": "url", "email": "email", "ipv4": "ipv4", "ipv6": "ipv6", "md5_hash": "md5",
             "sha1_hash": "sha1", "sha256_hash": "sha256", "windows_path": "path", "linux_path": "path"}
    peer = IoCExtract()

    def find(text):
        for name, values in peer.extract(src=text).items():
            for value in values:
                if name in kinds:
                    yield kinds[name], value

    return lambda text: list(find(text))


def ioc_fanger():
    import ioc_fanger as peer

    # Undoes defanging and finds nothing: for its speed only.
    return lambda text: [peer.fang(text)] and []


def phonenumbers():
    import phonenumbers as peer

    def find(text):
        for match in peer.PhoneNumberMatcher(text, "FR", leniency=peer.Leniency.POSSIBLE):
            yield "phone", peer.format_number(match.number, peer.PhoneNumberFormat.E164)

    return lambda text: list(find(text))


def enduring(make):
    """The same tool, which its own errors do not end: such a document gives nothing, and the first error is told."""

    def made():
        find, failed = make(), []

        def surely(text):
            try:
                return find(text)
            except Exception as error:
                if not failed:
                    print(f"{make.__name__} fails on a document: {error!r}")
                    failed.append(error)
                return []

        return surely

    return made


TOOLS = {
    name: enduring(make)
    for name, make in {
        "iocsearcher": iocsearcher, "ioc-finder": ioc_finder, "iocextract": iocextract, "msticpy": msticpy,
        "ioc-fanger": ioc_fanger, "phonenumbers": phonenumbers,
    }.items()
}
