/// Sentences in French and in English around a value of a kind.
fn phrases(kind: Kind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        Kind::Url => (
            &["Le lien du SMS était {}", "J'ai cliqué sur {} et j'ai donné ma carte.", "Il fallait payer sur le site ({}), ce que j'ai fait.", "Voici l'adresse : {}.", "La page « {} » a disparu."],
            &["The link was {}", "I paid on {} and never heard back.", "The page ({}) asked for my card.", "See <{}> for the fake shop.", "They sent me \"{}\", which looked real."],
        ),
        Kind::Domain => (
            &["Le site {} n'existe plus.", "Il s'agit du domaine {}, créé la semaine dernière.", "Le faux site ({}) imite ma banque.", "Nom du site : {}."],
            &["The site {} is gone.", "The domain was {}.", "They run {}, among others.", "A fake shop ({}) took my order."],
        ),
        Kind::Onion => (
            &["Le vendeur donnait l'adresse {} pour la suite.", "Ma photo est publiée sur {}."],
            &["The ransom note points to {}.", "My data is on {} now."],
        ),
        Kind::Ipv4 | Kind::Ipv6 => (
            &["La connexion venait de {}.", "Adresse IP : {}", "Mon journal montre {} à plusieurs reprises.", "Le serveur ({}) répond encore."],
            &["The login came from {}.", "IP address: {}", "The server at {} still answers.", "I found {} in the log, twice."],
        ),
        Kind::Cidr => (
            &["Tout vient de la plage {}.", "Le réseau {} est en cause.", "J'ai bloqué {} sur mon routeur."],
            &["All of it comes from {}.", "I blocked {} at the router.", "Range: {}"],
        ),
        Kind::Asn => (
            &["L'hébergeur est {}.", "Le réseau annoncé par {} est connu.", "Système autonome : {}"],
            &["The host is {}.", "It is announced by {}, as usual.", "Network: {}"],
        ),
        Kind::Email => (
            &["Il écrit depuis {}", "Son adresse : {}.", "J'ai répondu à {} le soir même.", "Contact ({}) injoignable."],
            &["He writes from {}", "His address is {}.", "I wrote to {}, without any answer.", "E-mail: {}"],
        ),
        Kind::Mac => (
            &["L'appareil inconnu sur mon wifi a l'adresse {}.", "Adresse MAC : {}"],
            &["The unknown device is {}.", "MAC address: {}"],
        ),
        Kind::UserAgent => (
            &["Le journal indique :\n{}\n", "Navigateur : « {} »", "User-Agent: {}\n"],
            &["The log says:\n{}\n", "User agent: \"{}\"", "User-Agent: {}\n"],
        ),
        Kind::Iban => (
            &["J'ai viré l'argent sur {}", "IBAN : {}.", "Le compte bénéficiaire est {} au nom d'un inconnu.", "Le virement ({}) est parti.", "RIB du vendeur : {} Monsieur Test"],
            &["I wired the money to {}", "IBAN: {}.", "The account is {}, in a name I do not know.", "He gave {} Please help."],
        ),
        Kind::Bic => (
            &["Le code BIC est {}.", "BIC : {}", "BIC/SWIFT : {}, banque inconnue.", "Code SWIFT {} sur la facture."],
            &["The BIC is {}.", "SWIFT code: {}", "BIC/SWIFT: {} on the invoice.", "The bank's SWIFT is {}."],
        ),
        Kind::Rib => (
            &["Mon RIB a été changé pour {}.", "RIB : {}", "Le compte (RIB {}) a été ouvert en ligne.", "Relevé d'identité bancaire : {}"],
            &["The French RIB was {}.", "RIB: {}"],
        ),
        Kind::Card => (
            &["J'ai donné ma carte {} sur la page.", "Numéro de carte : {}.", "Le prélèvement est sur la carte {}", "Ma CB ({}) a été utilisée."],
            &["I typed my card number {} there.", "Card: {}.", "My card {} was charged.", "They used {} to pay."],
        ),
        Kind::CardLast4 => (
            &["Ma carte qui finit par {} a été débitée.", "La carte se terminant par {} est bloquée.", "Les quatre derniers chiffres de ma carte sont {}.", "Carte bancaire finissant par {}, opposition faite.", "Ma carte bleue (derniers chiffres : {}) a servi.", "Débit sur la carte **** {} hier.", "Paiement par carte XXXX XXXX XXXX {}."],
            &["My card ending in {} was charged.", "The card ending {} is blocked.", "Last four digits of my card: {}.", "My Visa ends with {}.", "They charged card **** {} twice.", "It was my debit card ending in {}, now blocked."],
        ),
        Kind::Btc => (
            &["J'ai envoyé les bitcoins à {}", "Portefeuille : {}.", "Il demande une rançon sur {}.", "Adresse BTC ({})"],
            &["I sent the coins to {}", "Wallet: {}.", "The ransom goes to {}, they said.", "BTC address ({})"],
        ),
        Kind::Sol => (
            &["J'ai transféré mes jetons Solana vers {}", "Portefeuille Solana : {}.", "Le faux courtier m'a donné une adresse SOL : {}."],
            &["I moved my SOL to {}", "Solana wallet: {}.", "They drained my Solana account to {}, all of it."],
        ),
        Kind::Ltc => (
            &["Il voulait des litecoins sur {}.", "Adresse LTC : {}"],
            &["He asked for Litecoin at {}.", "LTC wallet: {}"],
        ),
        Kind::Bch => (
            &["Le paiement en Bitcoin Cash va à {}.", "Adresse Bitcoin Cash : {}"],
            &["The Bitcoin Cash went to {}.", "Bitcoin Cash wallet: {}"],
        ),
        Kind::Eth | Kind::Tron | Kind::Xmr | Kind::Doge | Kind::Xrp | Kind::Ton => (
            &["J'ai transféré mes jetons vers {}", "Portefeuille : {}.", "L'adresse du faux courtier est {}.", "Le « support » m'a donné {} pour le dépôt."],
            &["I moved my tokens to {}", "Wallet: {}.", "The broker's deposit address is {}.", "They gave me {} for the deposit."],
        ),
        Kind::Amount => (
            &["J'ai perdu {} au total.", "Le montant est de {}.", "On m'a prélevé {} sans mon accord.", "Il demande {}, puis encore autant.", "Préjudice : {}"],
            &["I lost {} in all.", "The amount is {}.", "They took {} without asking.", "He wanted {}, then more.", "Loss: {}"],
        ),
        Kind::Phone => (
            &["Il m'appelle du {} tous les jours.", "Son numéro : {}.", "J'ai rappelé le {}, sans réponse.", "SMS reçu de {}", "Téléphone ({}) coupé depuis.", "Joignable au {} le soir"],
            &["He calls from {} every day.", "His number is {}.", "I called {}, no answer.", "Text from {}", "Phone: {}", "WhatsApp ({}) only."],
        ),
        Kind::Siren => (
            &["La société, SIREN {}, est radiée.", "Numéro SIREN : {}.", "Immatriculée au RCS de Lyon sous le n° {}."],
            &["The company's SIREN is {}.", "SIREN: {}"],
        ),
        Kind::Siret => (
            &["SIRET {}, adresse fausse.", "Le numéro SIRET {} est celui d'un autre.", "N° SIRET : {}."],
            &["Their SIRET is {}.", "SIRET: {}"],
        ),
        Kind::Vat => (
            &["TVA intracommunautaire : {}.", "N° TVA {} sur la facture.", "Le numéro de TVA est {}."],
            &["VAT number: {}.", "The invoice shows VAT {} at the bottom."],
        ),
        Kind::Tracking => (
            &["Votre colis n° {} est retenu, disait le SMS.", "Numéro de suivi : {}.", "Le suivi {} n'existe pas.", "Le colis {} n'est jamais arrivé."],
            &["Your parcel {} is held, said the text.", "Tracking number: {}.", "The tracking {} does not exist.", "Package {} never came."],
        ),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 | Kind::Ssdeep | Kind::Tlsh => (
            &["L'antivirus donne l'empreinte {}.", "Fichier joint : {}", "La pièce jointe ({}) est détectée."],
            &["The file's hash is {}.", "Hash: {}", "The attachment ({}) is detected."],
        ),
        Kind::Imphash => (&["L'imphash est {}.", "Imphash : {}"], &["imphash: {}", "Its import hash is {}."]),
        Kind::Authentihash => (&["Authentihash : {}", "L'authentihash vaut {}."], &["authentihash: {}", "The authentihash is {}."]),
        Kind::Cve => (
            &["Mon fournisseur parle de la faille {}.", "Vulnérabilité exploitée : {}.", "La faille ({}) est corrigée."],
            &["They used {} to get in.", "Vulnerability: {}.", "The flaw ({}) is fixed."],
        ),
        Kind::Attack => (
            &["Le rapport cite la technique {}.", "ATT&CK : {}", "Classé {} par le prestataire."],
            &["The report names {}.", "ATT&CK: {}", "It maps to {}, they say."],
        ),
        Kind::Yara => (
            &["La règle jointe commence par {} strings:", "Règle :\n{}\n"],
            &["The rule starts with {} meta:", "Detected by:\n{}\n"],
        ),
        Kind::Registry => (&["Le virus a écrit {}", "Clé ajoutée : {}", "La clé « {} » revient."], &["It wrote {}", "Key: {}", "The key \"{}\" comes back."]),
        Kind::Path => (&["Le fichier est dans {}", "Chemin : {}", "J'ai trouvé « {} » sur le disque."], &["The file is in {}", "Path: {}", "I found \"{}\" on the disk."]),
        Kind::Analytics => (&["La page contient l'identifiant {}.", "Identifiant de mesure : {}"], &["The page holds the id {}.", "Tracking code {} in the source."]),
        Kind::Favicon => (&["Le hash du favicon est {}.", "favicon hash : {}"], &["favicon hash: {}", "http.favicon.hash:{}"]),
        Kind::CertSerial => (&["Le numéro de série du certificat est {}.", "Certificat, numéro de série : {}"], &["Certificate serial: {}", "The certificate's serial number is {}."]),
        Kind::Ja3 => (&["Empreinte JA3 : {}", "Le JA3 est {}."], &["JA3: {}", "Its JA3S was {}."]),
        Kind::Ja4 => (&["Empreinte JA4 : {}", "Le client a l'empreinte {}."], &["JA4: {}", "The client shows {}."]),
        Kind::MessageId => (&["L'en-tête dit Message-ID: {}", "Message-ID : {}"], &["Message-ID: {}", "In-Reply-To: {}"]),
        Kind::Uuid => (&["L'identifiant d'appareil est {}.", "Référence : {}"], &["The device id is {}.", "Reference: {}"]),
        _ => (&["Voici : {}."], &["Here: {}."]),
    }
}

const HELLO_FR: &[&str] = &["Bonjour,", "Bonjour, je souhaite déposer plainte.", "Madame, Monsieur,", "Je vous signale une escroquerie.", "Bonsoir"];
const HELLO_EN: &[&str] = &["Hello,", "I want to report a scam.", "Dear Sir or Madam,", "Good morning, I was robbed online."];

const STORY_FR: &[&str] = &[
    "J'ai reçu un message qui disait que mon colis était retenu au dépôt et qu'il fallait payer des frais.",
    "Un faux conseiller de ma banque m'a appelée et m'a fait valider trois virements.",
    "Le vendeur ne répond plus depuis que j'ai payé.",
    "Je ne comprends pas comment il connaissait mon nom, mon adresse et le modèle de ma voiture.",
    "Elle m'a dit qu'elle avait besoin d'argent pour l'hôpital.",
    "Il a perdu mon argent.Je voudrais savoir quoi faire.",
    "Ma banque refuse de me rembourser, et/ou demande une plainte.",
    "On m'a promis un rendement de cinq pour cent par mois sans aucun risque.",
    "J'ai bloqué l'accès à mon compte.Il essaie toujours d'entrer.",
    "Mes photos ont été volées et il menace de les envoyer à toute ma famille.",
    "La location n'existait pas : le propriétaire m'a tout de suite confirmé que l'annonce était fausse.",
    "C'est ma fille qui m'a aidé à écrire ce message, car je n'y arrive plus.",
    "J'ai tout gardé : captures d'écran, courriels, relevés.",
    "Aujourd'hui encore il m'a écrit des menaces, p.ex. qu'il viendrait chez moi.",
];
const STORY_EN: &[&str] = &[
    "I met someone online who convinced me to invest in a trading platform.",
    "The seller stopped answering as soon as I had paid.",
    "A man who claimed to work for my bank asked me to move my savings to a safe account.",
    "The site now asks for a tax before any withdrawal.",
    "I kept everything: screenshots, e-mails, statements.",
    "He said he was a doctor abroad and needed help, e.g. for the customs.",
    "My computer was locked and a voice told me to call support.",
    "The flat did not exist and the owner had never heard of it.",
    "They have my photos and threaten to send them to my family.",
    "I do not know how they found my name and/or my address.",
];

const DECOY_FR: &[&str] = &[
    "C'était le {day}/{month}/{year} vers {hour}h{minute}.",
    "Le {day}.{month}.{year}, puis le {day}-{month}-{year} à {hour}:{minute}:12.",
    "Ma commande n° {order} n'a jamais été livrée.",
    "Dossier {year}-{three}-{order}, page {small}.",
    "J'ai payé deux cents euros et quinze centimes.",
    "Une voiture immatriculée {letters}-{three}-{letters} attendait devant chez moi.",
    "Voir l'article {article} du code pénal et l'art. L. 163-3.",
    "J'habite au {small} bis rue de la Paix, {postcode} Paris.",
    "L'application version 2.14.{small} affichait une erreur 404.",
    "Le fichier facture_{year}.pdf et la capture IMG_{order}.jpg sont joints.",
    "Mon numéro de client est {nine}.",
    "Il m'a donné l'IBAN {iban} qui est faux.",
    "Environ {small} % de mon épargne a disparu, soit 3/4 du total.",
    "Il a {small} ans et mesure 1,80 m.",
    "Nous étions {small} sur la liste ; la séance durait de 14h30 à 18h.",
    "La température était de 3.5 degrés, cf. p. {small}.",
    "Mon rendez-vous est à {hour}:{minute}, salle B{three}, bâtiment C2.",
    "Windows 11 et un iPhone 14 Pro, iOS 17.{small}.",
    "Le score était de 3-2, après 90 minutes.",
    "J'ai appelé le 17 puis le 3018.",
    "TOTALEMENT INCROYABLE, URGENTES demandes de REMBOURS.",
];
const DECOY_EN: &[&str] = &[
    "It was on {month}/{day}/{year} at {hour}:{minute}.",
    "On {year}-{month}-{day} at {hour}:{minute}:05 UTC, and once more a week later.",
    "My order #{order} never came.",
    "Case {year}/{three}/{order}, page {small}.",
    "I paid two hundred euros and fifteen cents.",
    "The app, version 3.{small}.1, showed error 500.",
    "The files invoice_{year}.docx and photo-{order}.png are attached.",
    "My customer number is {nine}.",
    "He gave the IBAN {iban}, which is wrong.",
    "About {small}% of my savings is gone, i.e. 3/4 of it.",
    "He is {small} years old and 6'1\" tall.",
    "See section 2.{small} of the terms, or rule 4.1.2.3.5.",
    "I called 999 and then 101.",
    "Flight AF{three}, seat {small}C, gate B{small}.",
    "COMPLETELY SHOCKING, they were THREATENING me.",
    "The ratio was 4:1 or 16:9, never mind.",
];

/// Public keys on ed25519, made from numbers that nobody keeps.
const KEYS: &[&str] = &[
    "20be5ad7088b8045a8b70e6a8c0c0d1da11bb897711f681f18fce5bae4488449",
    "064be62e579412f1e8ff5f6cc90c11a24277085e6d4269d2ab62348e9c5c28ba",
    "2870610a10c170f59e47c6381913abd7ab61ef7e58eac5613c17bbfc2dd5676d",
    "b6df4863f1ad62e0d0095ffab04b13644d49f99d74752b8a4ae5246660995852",
    "59400f5f5cb7af38c8a215227654b4e241017586d63fcfa720cfdc932acc7823",
    "86f678a9319c842eda2fee24dc100e2096ff36350fc42f317a1a4aa9e94be283",
    "2a570a44c36547b54d9e88ada9700141346a898acd67ef0329d14318709d57f9",
    "fb6208fde2319462d3941400606f3f7eb2df3964e1a3c5cb4ca7f4cc8662d0e0",
    "e5a4981a492cf0be55749e6bbce7eee686235e4fde36e4cbc8f3dbe638e9a608",
    "eb75e33fe3416c8d711c27bca96f5f27eda73a49e324195c31d55d992e1d6c68",
    "bf597dc052034bca9155df4cf5d9efcc55dac78b8ca4208a8395a11fc7c59b88",
    "7254894bf0fbdcd2cbd912cb9b3598b062f45c4c12bad2765757bf6fbdaa23ba",
    "c9c2e16ba9da55a0ef09762de22ca1d05e06471832a07d2a871b1a90b3d1a374",
    "2ee830a4baec0c5fc890ae5d5bc4f3829754cafae6b1375af486cbc431185400",
    "06a2b2d935c06f76459175ccd43c3ff49dca08a744024a233436b8961ca23e1d",
    "da181623ff433255a99d95750569806be044102c210d032fd64a8bc7319e5b83",
    "044da4a3812eda4d2e12df4b7d4fd277c6e87c8e5ac8cf3e1d7a950c6ae5e786",
    "49aad057f5f298356381e78daf99a87ce52646c8ab97808ec6effe9f8a008867",
    "fba2bcbb77906a9fc0dc0809d64b35bc0956ea82f40d871d8a5794bd7262df7a",
    "1c62a670763b9f0e32bc80ec90b4595631685ffb82dd910bb20532769556520a",
    "22ebf2000974013d7983e8cc12c5853ce4a0469e2a53697e11efad90941243d0",
    "fb9225a0c026646b8064a8ac0ee85e1f84a3f5d39216ab1d3bb847f4aaa65820",
    "630d9d77cc61096bc396d98f49a00a2f94e099be495c5163fd3f0046cfc14d4a",
    "2c555324e7d0de4ab54992a3edd20eab30f06a8b919727accbc1a437c730a741",
    "07ecea64bc978cfef9826fdadcbbadd9492cc8f2963af7d31a796d9832a58622",
    "7f61236f3ebe46e91701d552136e98a245397ce3e14d62552b385bbd030cfa81",
    "7a883c8354e51455aa22582235a63d0b1e95bdc1969bab268f1c15883797ecb3",
    "57fc9d97652de608245f73581462ceeada1fc86124b650215b1a76f79da4e8bb",
    "79dbe1a9c717d71d308c51cc096bd798f8a75b1f37eaca9d76f2d7e04bc8b306",
    "5b208260bc4934a687c5441e976ca7dcdfea9564e90a5135a84aab9be5200c78",
    "d16bb3f4208447530e4b7086244d2b2b8a89dda7e17b6e9ae8c315e0fe9e02a5",
    "d7decb9919c78628b5153d1e51f8d5701f80b0ae008ebdb914282b9a379ab6df",
];

const WORDS: &[&str] = &[
    "colis", "livraison", "suivi", "banque", "credit", "support", "secure", "client", "vente", "trade",
    "invest", "crypto", "loan", "lucie", "marc", "jean", "sophie", "boutique", "promo", "relais", "douane",
    "amende", "vignette", "sante", "compte", "agence", "immo", "location", "bonus", "gagnant",
];
